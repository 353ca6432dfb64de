import type { ProductKey } from '../catalogue.ts';
import { look, type Sight } from './thing.ts';
import { endpointThing, entitlementThing, meterThing, packThing, planThing, type ThingsDeps } from './things.ts';

/** What stands at Dodo beside the catalogue. */
export interface Inspected {
  entitlement: Sight;
  meter: Sight;
  /** In the order of the catalogue; none while the entitlement or the meter is missing, to which they refer. */
  products: { key: ProductKey; sight: Sight }[];
  endpoint: Sight;
}

/** Compares all that the catalogue asks for with what is at Dodo, changing nothing. Throws SetupProblem and BillingError. */
export async function inspectSetup(deps: ThingsDeps): Promise<Inspected> {
  const { terms } = deps.wanted;
  const entitlement = await look(entitlementThing(deps));
  const meter = await look(meterThing(deps));
  const products: Inspected['products'] = [];
  if (entitlement.id !== null && meter.id !== null) {
    const parts = { entitlementId: entitlement.id, meterId: meter.id };
    for (const plan of terms.plans) {
      products.push({ key: plan.key, sight: await look(planThing(deps, plan, parts)) });
    }
    for (const pack of terms.packs) {
      products.push({ key: pack.key, sight: await look(packThing(deps, pack, parts)) });
    }
  }
  return { entitlement, meter, products, endpoint: await look(endpointThing(deps, entitlement.id ?? '')) };
}
