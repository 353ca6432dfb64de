import type { PackTerms, PlanTerms, ProductKey } from '../catalogue.ts';
import { compare, ENDPOINT_FIELDS, ENTITLEMENT_FIELDS, METER_FIELDS, PRODUCT_FIELDS } from './compare.ts';
import type {
  EndpointSetup,
  EntitlementSetup,
  ListedEndpoint,
  ListedProduct,
  MeterSetup,
  ProductParts,
  ProductSetup,
  SetupPort,
} from './setup.ts';
import { SetupProblem } from './setup-problem.ts';
import type { Thing } from './thing.ts';
import { type Wanted, wantedEndpoint, wantedEntitlement, wantedMeter, wantedPack, wantedPlan } from './wanted.ts';

/** Ids that the configuration has already. A configured id goes before mark and name, when it is there at Dodo. */
export interface KnownIds {
  entitlementId: string | null;
  productIds: Readonly<Record<ProductKey, string>>;
}

export interface ThingsDeps {
  port: SetupPort;
  wanted: Wanted;
  known: KnownIds;
}

/** The entitlement is known by its configured id, else by its name. */
export function entitlementThing({ port, wanted, known }: ThingsDeps): Thing<EntitlementSetup> {
  const setup = wantedEntitlement(wanted);
  const title = `credit entitlement "${setup.name}"`;
  return {
    title,
    wanted: setup,
    fields: ENTITLEMENT_FIELDS,
    async find() {
      const there = await port.entitlements();
      const found =
        there.find(({ id }) => id === known.entitlementId) ??
        onlyOne(title, there, (one) => one.setup.name === setup.name);
      return found === null ? null : { ...found, isMarked: true };
    },
    create: () => port.createEntitlement(setup),
    update: (id) => port.updateEntitlement(id, setup),
  };
}

/** A meter has neither a configured id nor a mark: it is known by its name, else by what it counts. */
export function meterThing({ port, wanted }: ThingsDeps): Thing<MeterSetup> {
  const setup = wantedMeter(wanted);
  const title = `meter "${setup.name}"`;
  return {
    title,
    wanted: setup,
    fields: METER_FIELDS,
    async find() {
      const there = await port.meters();
      const found =
        onlyOne(title, there, (one) => one.setup.name === setup.name) ??
        onlyOne(title, there, (one) => compare({ ...one.setup, name: setup.name }, setup, METER_FIELDS).length === 0);
      return found === null ? null : { ...found, isMarked: true };
    },
    create: () => port.createMeter(setup),
    update: null,
  };
}

/** A plan as a product: known as every product is. */
export function planThing(deps: ThingsDeps, plan: PlanTerms, parts: ProductParts): Thing<ProductSetup> {
  const setup = wantedPlan(deps.wanted, plan, parts);
  return productThing(deps, `plan "${setup.name}"`, plan.key, setup, parts);
}

/** A pack as a product: known as every product is. */
export function packThing(deps: ThingsDeps, pack: PackTerms, parts: ProductParts): Thing<ProductSetup> {
  return productThing(deps, `pack "${pack.name}"`, pack.key, wantedPack(pack), parts);
}

function productThing(
  { port, wanted, known }: ThingsDeps,
  title: string,
  key: ProductKey,
  setup: ProductSetup,
  parts: ProductParts,
): Thing<ProductSetup> {
  const mark = { entitlementId: parts.entitlementId, key };
  const keys = [...wanted.terms.plans, ...wanted.terms.packs].map((one) => one.key);
  const isMarked = (one: ListedProduct) => one.mark?.key === key && one.mark.entitlementId === parts.entitlementId;
  /** Nobody else's: not of another bot, nor of another key that is still sold. */
  const isFree = ({ mark: other }: ListedProduct) =>
    other === null || (other.entitlementId === parts.entitlementId && !keys.includes(other.key));
  return {
    title,
    wanted: setup,
    fields: PRODUCT_FIELDS,
    async find() {
      const there = await port.products();
      const found =
        there.find(({ id }) => id === known.productIds[key]) ??
        onlyOne(title, there, isMarked) ??
        onlyOne(title, there, (one) => one.name === setup.name && isFree(one));
      if (found === null) return null;
      return { id: found.id, setup: await port.product(found.id, parts), isMarked: isMarked(found) };
    },
    create: () => port.createProduct(setup, mark, parts),
    update: (id) => port.updateProduct(id, setup, mark, parts),
  };
}

/** The address tells which endpoint is meant; one that was made for another address is known by its mark. */
export function endpointThing({ port, wanted }: ThingsDeps, entitlementId: string): Thing<EndpointSetup> {
  const setup = wantedEndpoint(wanted);
  const title = `webhook endpoint ${setup.url}`;
  return {
    title,
    wanted: setup,
    fields: ENDPOINT_FIELDS,
    async find() {
      const there = await port.endpoints();
      const isMarked = (one: ListedEndpoint) => one.markedFor === entitlementId;
      const found = onlyOne(title, there, (one) => one.setup.url === setup.url) ?? onlyOne(title, there, isMarked);
      return found === null ? null : { ...found, isMarked: isMarked(found) };
    },
    create: () => port.createEndpoint(setup, entitlementId),
    update: (id) => port.updateEndpoint(id, setup, entitlementId),
  };
}

/** @throws SetupProblem when several fit: a guess could sell or bill twice */
function onlyOne<One extends { id: string }>(
  title: string,
  there: readonly One[],
  fits: (one: One) => boolean,
): One | null {
  const [first, ...others] = there.filter(fits);
  if (first === undefined) return null;
  if (others.length === 0) return first;
  const ids = [first, ...others].map(({ id }) => id).join(', ');
  throw new SetupProblem(
    `Dodo has several that could be the ${title}: ${ids}. Archive or delete those that are not in use, or set the id of the right one in .env.`,
  );
}
