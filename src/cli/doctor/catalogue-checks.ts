import { productVariables } from '../../config/product-variables.ts';
import type { ProductKey } from '../../core/catalogue.ts';
import { expiryAdvice } from '../../core/setup/advice.ts';
import type { Difference, Fields } from '../../core/setup/compare.ts';
import type { ListedProduct, ProductParts, ProductSetup, SetupPort } from '../../core/setup/setup.ts';
import { look, type Sight, type Thing } from '../../core/setup/thing.ts';
import { entitlementThing, meterThing, packThing, planThing, type ThingsDeps } from '../../core/setup/things.ts';
import {
  ENTITLEMENT_MEANINGS,
  METER_MEANINGS,
  type Meanings,
  meaningOf,
  PRODUCT_MEANINGS,
} from './catalogue-meaning.ts';
import { type Check, error, type Finding, once, orSkip, warning } from './check.ts';

const KEY = 'DODO_PAYMENTS_API_KEY';
const ENTITLEMENT = 'CREDIT_ENTITLEMENT_ID';
const PROVISION = '`npm run provision`';

/** What a product has of the meter; without a meter there is nothing to compare it with. */
const METER_PARTS: readonly (keyof ProductSetup)[] = [
  'meterId',
  'meterTakesFrom',
  'unitsPerCredit',
  'freeUnits',
  'otherMeters',
];

export interface CatalogueChecksOptions {
  /** Lists are asked once, however many checks look at them. */
  port: SetupPort;
  things: Omit<ThingsDeps, 'port'>;
  /** @throws when Dodo's key does not work */
  reached(): Promise<unknown>;
}

/** What stands at Dodo under the configured ids, against the catalogue: the comparison that provisioning makes too. */
export function catalogueChecks({ port, things, reached }: CatalogueChecksOptions): Check[] {
  const { wanted, known } = things;
  const deps: ThingsDeps = { ...things, port: remembering(port) };
  const meter = once(() => look(meterThing(deps)));
  const check = (id: string, title: string, needs: string[], run: () => Promise<Finding[]>): Check => ({
    id,
    title: `Dodo: ${title}`,
    needs: [KEY, ...needs],
    async run() {
      await orSkip(reached(), "Dodo's key does not work, see above");
      return run();
    },
  });
  const product = (key: ProductKey, variable: string, thingOf: (parts: ProductParts) => Thing<ProductSetup>) =>
    check(`dodo-product-${key}`, `product "${key}"`, [variable, ENTITLEMENT], async () => {
      const { id } = await meter();
      const thing = thingOf({ entitlementId: known.entitlementId ?? '', meterId: id ?? '' });
      return inspect(id === null ? withoutMeter(thing) : thing, PRODUCT_MEANINGS, variable, known.productIds[key]);
    });
  const variableOf = new Map(productVariables(wanted.terms).map(({ key, variable }) => [key, variable]));

  return [
    check('dodo-entitlement', 'credit entitlement', [ENTITLEMENT], () =>
      inspect(entitlementThing(deps), ENTITLEMENT_MEANINGS, ENTITLEMENT, known.entitlementId ?? undefined),
    ),
    check('dodo-meter', 'meter', [], async () => {
      const sight = await meter();
      if (sight.id === null) return [absent(sight.title, 'credits are not deducted')];
      return differences(sight, meterThing(deps).fields, METER_MEANINGS);
    }),
    ...wanted.terms.plans.map((plan) =>
      product(plan.key, variableOf.get(plan.key) ?? '', (parts) => planThing(deps, plan, parts)),
    ),
    ...wanted.terms.packs.map((pack) =>
      product(pack.key, variableOf.get(pack.key) ?? '', (parts) => packThing(deps, pack, parts)),
    ),
    check('dodo-others', 'other meters and products', [ENTITLEMENT], async () => {
      const own = new Set(Object.values(known.productIds));
      const { id: meterId } = await meter();
      const others = (await deps.port.products()).filter(({ id }) => !own.has(id));
      return others.flatMap((one) => foreignFindings(one, known.entitlementId, meterId));
    }),
    check('dodo-expiry', 'expiry of plan credits', [], async () => {
      const advice = expiryAdvice(wanted.terms);
      return advice === null ? [] : [shortLived(advice)];
    }),
  ];
}

function remembering(port: SetupPort): SetupPort {
  return {
    ...port,
    entitlements: once(() => port.entitlements()),
    meters: once(() => port.meters()),
    products: once(() => port.products()),
  };
}

/** @param configured the id that the bot uses */
async function inspect<Setup extends object>(
  thing: Thing<Setup>,
  meanings: Meanings<Setup>,
  variable: string,
  configured: string | undefined,
): Promise<Finding[]> {
  const sight = await look(thing);
  if (sight.id === configured) return differences(sight, thing.fields, meanings);
  const symptom = 'nobody can buy it, or balance is always zero';
  if (sight.id === null) return [absent(`${sight.title} of ${variable}`, symptom)];
  return [
    error({
      about: variable,
      expected: `an id that stands at Dodo, such as ${sight.id}, the ${sight.title}`,
      came: 'one that does not, or is archived there',
      cure: `Set ${variable} to it, or run ${PROVISION}, which writes it into .env. Ids of test mode do not stand in live mode.`,
      symptom,
    }),
  ];
}

function withoutMeter(thing: Thing<ProductSetup>): Thing<ProductSetup> {
  const left = Object.entries(thing.fields).filter(([name]) => !METER_PARTS.some((part) => part === name));
  return { ...thing, fields: Object.fromEntries(left) as Fields<ProductSetup> };
}

function absent(what: string, symptom: string): Finding {
  return error({
    about: `the ${what}`,
    expected: 'that it stands at Dodo',
    came: 'nothing of the kind',
    cure: `Run ${PROVISION}, which makes what is missing and writes the ids into .env. Ids of test mode do not stand in live mode.`,
    symptom,
  });
}

function differences<Setup extends object>(
  { title, differences }: Sight,
  fields: Fields<Setup>,
  meanings: Meanings<Setup>,
): Finding[] {
  return differences.map((difference) => {
    const { severity, symptom } = meaningOf(fields, meanings, difference.field);
    return {
      severity,
      about: `${title}: ${difference.field}`,
      expected: difference.wanted,
      came: difference.is,
      cure: cureOf(difference),
      ...(symptom === undefined ? {} : { symptom }),
    };
  });
}

function cureOf({ cure }: Difference): string {
  return (
    cure ??
    'Change it in the dashboard, or all that differs by `npm run provision -- --apply`; or change catalogue.json, if Dodo has it right.'
  );
}

/** What bills into our entitlement and is not of our catalogue. */
function foreignFindings(
  { id, name, meters }: ListedProduct,
  entitlementId: string | null,
  meterId: string | null,
): Finding[] {
  const about = `the product "${name ?? id}" (${id})`;
  return meters
    .filter(({ takesFrom }) => takesFrom === entitlementId)
    .map((meter) =>
      meter.meterId === meterId
        ? warning({
            about,
            expected: 'that only plans of the catalogue have the meter',
            came: 'another product with it',
            cure: 'Archive it in the dashboard, or add it to catalogue.json. Members who have it are to the bot members without a plan.',
            symptom: 'credits are not deducted by the meter but by hand, and overage does not work, for who bought it',
          })
        : error({
            about,
            expected: "that only the bot's meter takes credits of its entitlement",
            came: `the meter ${meter.meterId} takes them too`,
            cure: 'Let that meter take credits of an entitlement of its own (in the dashboard, on the product), or archive the product.',
            symptom: 'credits are deducted for something that is not of this bot, and balances drift',
          }),
    );
}

function shortLived(advice: string): Finding {
  return warning({
    about: "the expiry of plans' credits",
    expected: 'that they outlive every calendar month',
    came: advice,
    cure: 'Set "expiresAfterDays": 32 for the plans in catalogue.json, then run `npm run provision -- --apply`.',
    symptom: 'in months of 31 days a member is without tokens for the last day',
  });
}
