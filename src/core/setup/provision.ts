import type { PlanTerms, ProductKey } from '../catalogue.ts';
import { type OverageCost, overageCost } from './overage-cost.ts';
import type { ProductParts } from './setup.ts';
import { SetupProblem } from './setup-problem.ts';
import { look, type Sight, type Thing } from './thing.ts';
import { endpointThing, entitlementThing, meterThing, packThing, planThing, type ThingsDeps } from './things.ts';

/** What was done about one thing. `differs`: left as it is. */
export interface Step extends Sight {
  id: string;
  outcome: 'created' | 'same' | 'changed' | 'differs';
}

export interface ProvisionDeps extends ThingsDeps {
  /** Whether what differs is to be changed. */
  apply: boolean;
  tell(step: Step): void;
  /**
   * Asked before anything that sells by these prices is put to use.
   * @param isNew a price was made or changed, or is not in use here yet
   * @returns false: do not go on
   */
  confirmOverage(costs: readonly OverageCost[], isNew: boolean): Promise<boolean>;
}

export interface Provisioned {
  entitlementId: string;
  productIds: Record<ProductKey, string>;
  webhookSecret: string;
  steps: Step[];
}

/**
 * Makes at Dodo what the catalogue asks for and is not there yet. Everything is looked for before it is made, so that a
 * run that was cut short, or whose last answer was lost, is gone on with by the next one.
 * @returns null when an overage price was not confirmed
 * @throws SetupProblem for what the operator must put right, BillingError
 */
export async function provision(deps: ProvisionDeps): Promise<Provisioned | null> {
  const { terms } = deps.wanted;
  const steps: Step[] = [];
  const ensure = async <Setup extends object>(thing: Thing<Setup>): Promise<Step> => {
    const step = await ensureOne(thing, deps.apply);
    steps.push(step);
    deps.tell(step);
    return step;
  };
  const entitlement = await ensure(entitlementThing(deps));
  const meter = await ensure(meterThing(deps));
  refuseWrong([entitlement, meter]);
  const parts = { entitlementId: entitlement.id, meterId: meter.id };
  const productIds: Record<ProductKey, string> = {};
  const plans: { plan: PlanTerms; step: Step }[] = [];
  for (const plan of terms.plans) {
    const step = await ensure(planThing(deps, plan, parts));
    productIds[plan.key] = step.id;
    plans.push({ plan, step });
  }
  for (const pack of terms.packs) productIds[pack.key] = (await ensure(packThing(deps, pack, parts))).id;
  if (!(await isOverageConfirmed(deps, plans, parts))) return null;
  const endpoint = await ensure(endpointThing(deps, entitlement.id));
  return {
    entitlementId: entitlement.id,
    productIds,
    webhookSecret: await deps.port.endpointSecret(endpoint.id),
    steps,
  };
}

async function ensureOne<Setup extends object>(thing: Thing<Setup>, apply: boolean): Promise<Step> {
  const sight = await look(thing);
  if (sight.id === null) return { ...sight, id: await thing.create(), isMarked: true, outcome: 'created' };
  const step = { ...sight, id: sight.id };
  if (step.differences.length === 0 && step.isMarked) return { ...step, outcome: 'same' };
  const isChangeable = step.differences.every(({ cure }) => cure === null);
  if (!apply || thing.update === null || !isChangeable) return { ...step, outcome: 'differs' };
  await thing.update(step.id);
  return { ...step, isMarked: true, outcome: 'changed' };
}

/** What is sold must not be tied to an entitlement or a meter that counts otherwise. */
function refuseWrong(steps: readonly Step[]): void {
  const cures = steps.flatMap(({ title, differences }) =>
    differences.flatMap(({ field, is, wanted, cure }) =>
      cure === null || field === 'name' ? [] : [`The ${title} has ${field} ${is} instead of ${wanted}. ${cure}`],
    ),
  );
  if (cures.length > 0) throw new SetupProblem(cures.join('\n'));
}

/** The price is read back from Dodo, so that what is confirmed is what stands there. */
async function isOverageConfirmed(
  deps: ProvisionDeps,
  plans: readonly { plan: PlanTerms; step: Step }[],
  parts: ProductParts,
): Promise<boolean> {
  const costs: OverageCost[] = [];
  let isNew = false;
  for (const { plan, step } of plans) {
    const { name, overagePrice } = await deps.port.product(step.id, parts);
    if (overagePrice === null) continue;
    costs.push(overageCost(name, overagePrice, deps.wanted.overagePriceUnit));
    isNew ||= step.outcome === 'created' || step.outcome === 'changed' || deps.known.productIds[plan.key] !== step.id;
  }
  return costs.length === 0 || deps.confirmOverage(costs, isNew);
}
