import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type CatalogueTerms, DEFAULT_TERMS } from '../core/catalogue.ts';

const DEFAULT_PATH = 'catalogue.json';

/** Instead of a path: the default catalogue, even where a file lies. */
const NO_FILE = 'none';

/** Each is a button under a message that has room for 25. */
const MOST_PRODUCTS = 8;

/** Dodo's amounts stay below 10^10 (ledger entries: https://docs.dodopayments.com). */
const MOST_TOKENS = 9_999_999_999;

const came = (input: unknown) => (input === undefined ? 'nothing' : JSON.stringify(input).slice(0, 60));
const wholeNumber = (least: number, most: number, unit: string) => {
  const error = ({ input }: { input?: unknown }) =>
    `expected a whole number of ${unit} from ${least} to ${most}, got ${came(input)}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};
const text = (pattern: RegExp, expected: string) => {
  const error = ({ input }: { input?: unknown }) => `expected ${expected}, got ${came(input)}`;
  return z.string({ error }).regex(pattern, { error });
};
const name = text(/^\S(.{0,58}\S)?$/, 'a name of 1 to 60 characters on one line');
const key = text(/^(?=.{1,20}$)[a-z][a-z0-9]*(_[a-z0-9]+)*$/, 'a key of at most 20 of a-z, 0-9 and _');
const tokens = wholeNumber(1, MOST_TOKENS, 'tokens');
const cents = wholeNumber(1, 100_000_000, 'cents');
const days = wholeNumber(1, 3_650, 'days');

const plan = z.strictObject({
  key,
  name,
  monthlyCents: cents,
  tokensPerCycle: tokens,
  expiresAfterDays: days.default(DEFAULT_TERMS.plans[0].expiresAfterDays),
  overageMicroDollars: wholeNumber(1, 1_000_000, 'micro-dollars a token').nullable().default(null),
  overageLimitTokens: tokens.nullable().default(null),
});

const pack = z.strictObject({
  key,
  name,
  cents,
  tokens,
  expiresAfterDays: days.default(DEFAULT_TERMS.packs[0].expiresAfterDays),
});

/** At least one, as its type says. */
const listOf = <Item extends z.ZodType>(item: Item) => {
  const error = ({ input }: { input?: unknown }) =>
    `expected a list of 1 to ${MOST_PRODUCTS}, got ${Array.isArray(input) ? `one of ${input.length}` : came(input)}`;
  return z
    .array(item, { error })
    .min(1, { error })
    .max(MOST_PRODUCTS, { error })
    .transform((list) => list as [z.infer<Item>, ...z.infer<Item>[]]);
};

const file = z.strictObject({
  entitlement: z
    .strictObject({
      name: name.default(DEFAULT_TERMS.entitlement.name),
      expiresAfterDays: days.default(DEFAULT_TERMS.entitlement.expiresAfterDays),
    })
    .prefault({}),
  meter: z.strictObject({ name: name.default(DEFAULT_TERMS.meter.name) }).prefault({}),
  plans: listOf(plan).default([...DEFAULT_TERMS.plans]),
  packs: listOf(pack).default([...DEFAULT_TERMS.packs]),
});

/**
 * Reads what the operator sells.
 * @param path of the file; undefined: `catalogue.json` when it is there
 * @returns the default terms without a file; else those of the file, or every problem of it, named
 */
export function readCatalogueFile(path: string | undefined): { terms: CatalogueTerms } | { problems: string[] } {
  if (path === NO_FILE) return { terms: DEFAULT_TERMS };
  const where = path === undefined ? DEFAULT_PATH : 'CATALOGUE_PATH';
  const json = readJson(path ?? DEFAULT_PATH);
  if (json === 'absent' && path === undefined) return { terms: DEFAULT_TERMS };
  if (json === 'absent' || json === 'unreadable') return { problems: [`${where}: expected a file that can be read`] };
  if (json === 'malformed') return { problems: [`${where}: expected JSON in the file`] };
  const parsed = file.safeParse(json.value);
  const problems = parsed.success ? mixUps(parsed.data) : parsed.error.issues.flatMap(problemsOf);
  if (!parsed.success || problems.length > 0) return { problems: problems.map((problem) => `${where}: ${problem}`) };
  return { terms: parsed.data };
}

function readJson(path: string): { value: unknown } | 'absent' | 'unreadable' | 'malformed' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unreadable';
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    return 'malformed';
  }
}

/** @returns such as "plans[1].monthlyCents: expected …"; what came is shown, as a catalogue holds no secret */
function problemsOf(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const at = (below: string) => `${path}${below}`.replace(/^\./, '');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((field) => `${at(`.${field}`)}: is not known here`);
  return [path === '' ? issue.message : `${at('')}: ${issue.message}`];
}

/** Keys and names by which two products could be taken for one another, here or at Dodo. */
function mixUps({ plans, packs }: z.infer<typeof file>): string[] {
  const products = [
    ...plans.map((one, at) => ({ ...one, at: `plans[${at}]` })),
    ...packs.map((one, at) => ({ ...one, at: `packs[${at}]` })),
  ];
  const repeated = (['key', 'name'] as const).flatMap((field) =>
    products
      .filter((one, index) => products.findIndex((other) => other[field] === one[field]) < index)
      .map((one) => `${one.at}.${field}: expected one of its own, got ${came(one[field])} again`),
  );
  const unpriced = plans.flatMap((one, at) =>
    one.overageLimitTokens !== null && one.overageMicroDollars === null
      ? [`plans[${at}].overageLimitTokens: expected overageMicroDollars with it, the price of overage`]
      : [],
  );
  return [...repeated, ...unpriced];
}
