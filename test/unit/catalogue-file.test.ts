import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readCatalogueFile } from '../../src/config/catalogue-file.ts';
import { productVariables, readProductIds } from '../../src/config/product-variables.ts';
import { type CatalogueTerms, DEFAULT_TERMS } from '../../src/core/catalogue.ts';
import { expiryAdvice } from '../../src/core/setup/advice.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallybot-catalogue-'));
const path = join(folder, 'mine.json');
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: unknown) {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readCatalogueFile(path);
}

function termsOf(content: unknown): CatalogueTerms {
  const result = read(content);
  if ('problems' in result) throw new Error(`expected terms, got ${result.problems.join()}`);
  return result.terms;
}

function problemsOf(content: unknown): string[] {
  const result = read(content);
  return 'problems' in result ? result.problems : [];
}

const team = { key: 'team', name: 'Team', monthlyCents: 49_900, tokensPerCycle: 250_000_000 };
const large = { key: 'large', name: 'Large Pack', cents: 6_900, tokens: 20_000_000 };

describe('the catalogue file', () => {
  it('is not needed: the terms of the design apply without one, and with "none" even beside one', () => {
    expect(readCatalogueFile('none')).toEqual({ terms: DEFAULT_TERMS });
    expect(termsOf({})).toEqual(DEFAULT_TERMS);
  });

  it('changes what it names and leaves the rest as it was', () => {
    const terms = termsOf({ entitlement: { expiresAfterDays: 32 }, meter: { name: 'Use' }, packs: [large] });
    expect(terms.entitlement).toEqual({ name: 'API Tokens', expiresAfterDays: 32 });
    expect(terms.meter).toEqual({ name: 'Use' });
    expect(terms.plans).toEqual(DEFAULT_TERMS.plans);
    expect(terms.packs).toEqual([{ ...large, expiresAfterDays: 365 }]);
  });

  it('adds plans, blocked at zero unless overage has a price', () => {
    const priced = { ...team, key: 'max', name: 'Max', overageMicroDollars: 4, overageLimitTokens: 1_000 };
    expect(termsOf({ plans: [team, priced] }).plans).toEqual([
      { ...team, expiresAfterDays: 30, overageMicroDollars: null, overageLimitTokens: null },
      { ...priced, expiresAfterDays: 30 },
    ]);
  });

  it('has every problem listed at once, with what was expected and what came', () => {
    expect(
      problemsOf({
        plans: [{ ...team, key: 'Team!', monthlyCents: 499.5, tokensPerCycle: '9', price: 3 }],
        packs: [],
        meter: { name: ' ' },
        colour: 'red',
      }).toSorted(),
    ).toEqual([
      'CATALOGUE_PATH: colour: is not known here',
      'CATALOGUE_PATH: meter.name: expected a name of 1 to 60 characters on one line, got " "',
      'CATALOGUE_PATH: packs: expected a list of 1 to 8, got one of 0',
      'CATALOGUE_PATH: plans[0].key: expected a key of at most 20 of a-z, 0-9 and _, got "Team!"',
      'CATALOGUE_PATH: plans[0].monthlyCents: expected a whole number of cents from 1 to 100000000, got 499.5',
      'CATALOGUE_PATH: plans[0].price: is not known here',
      'CATALOGUE_PATH: plans[0].tokensPerCycle: expected a whole number of tokens from 1 to 9999999999, got "9"',
    ]);
  });

  it.each([
    ['a plan without a price', { plans: [{ ...team, monthlyCents: undefined }] }, /plans\[0\].monthlyCents: .*nothing/],
    [
      'nine plans',
      { plans: Array.from({ length: 9 }, (_, n) => ({ ...team, key: `p${n}`, name: `P${n}` })) },
      /1 to 8/,
    ],
    ['two products of one key', { packs: [{ ...large, key: 'pro' }] }, /packs\[0\].key: .*"pro" again/],
    ['two products of one name', { plans: [team, { ...team, key: 'b' }] }, /plans\[1\].name: .*"Team" again/],
    ['a limit of overage that has no price', { plans: [{ ...team, overageLimitTokens: 5 }] }, /overageMicroDollars/],
    ['a list instead of an object', [], /expected object/],
    ['what is no JSON', '{"plans":', /expected JSON in the file/],
  ])('refuses %s', (_what, content, expected) => {
    expect(problemsOf(content)).toEqual([expect.stringMatching(expected)]);
  });

  it('must be there when the variable names it', () => {
    const gone = readCatalogueFile(join(folder, 'gone.json'));
    expect(gone).toEqual({ problems: ['CATALOGUE_PATH: expected a file that can be read'] });
    expect(readCatalogueFile(folder)).toEqual(gone);
  });
});

describe('docs/catalogue.example.json', () => {
  it('is a good file, which sells the default catalogue and more, with credits that outlive every month', () => {
    const read = readCatalogueFile(fileURLToPath(new URL('../../docs/catalogue.example.json', import.meta.url)));
    if ('problems' in read) throw new Error(read.problems.join());
    const { plans, packs } = read.terms;
    expect(plans.slice(0, 2)).toEqual(DEFAULT_TERMS.plans.map((plan) => ({ ...plan, expiresAfterDays: 32 })));
    expect(packs.slice(0, 1)).toEqual(DEFAULT_TERMS.packs);
    expect([plans.length, packs.length]).toEqual([3, 2]);
    expect(expiryAdvice(read.terms)).toBeNull();
    expect(expiryAdvice(DEFAULT_TERMS)).toMatch(/Starter \(30 days\), Pro \(30 days\)/);
  });
});

describe('the variables of products', () => {
  const terms = termsOf({ plans: [...DEFAULT_TERMS.plans, team], packs: [...DEFAULT_TERMS.packs, large] });
  const ids = {
    STARTER_PLAN_PRODUCT_ID: 'pdt_1',
    PRO_PLAN_PRODUCT_ID: 'pdt_2',
    TEAM_PLAN_PRODUCT_ID: 'pdt_3',
    TOPUP_PRODUCT_ID: 'pdt_4',
    LARGE_PACK_PRODUCT_ID: 'pdt_5',
  };

  it('follow from their keys', () => {
    expect(productVariables(terms).map(({ variable }) => variable)).toEqual(Object.keys(ids));
    expect(readProductIds(ids, terms)).toEqual({
      productIds: { starter: 'pdt_1', pro: 'pdt_2', team: 'pdt_3', topup: 'pdt_4', large: 'pdt_5' },
      problems: [],
    });
  });

  it('are all named when they are missing, and when one id stands in two', () => {
    expect(readProductIds({}, terms).problems).toEqual(Object.keys(ids).map((name) => `${name}: is missing`));
    expect(readProductIds({ ...ids, LARGE_PACK_PRODUCT_ID: 'pdt_4' }, terms).problems).toEqual([
      'LARGE_PACK_PRODUCT_ID: expected a product of its own, got that of TOPUP_PRODUCT_ID',
    ]);
  });
});
