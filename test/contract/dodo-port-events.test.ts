import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MalformedEvent } from '../../src/core/dodo/billing.ts';
import { AmountError, parseAmount } from '../../src/ports/dodo/amounts.ts';
import { USED_EVENT_TYPES } from '../../src/ports/dodo/events/event-types.ts';
import { parseEvent } from '../../src/ports/dodo/events/parse-event.ts';
import { EVENT_TYPES } from '../../src/sandbox/dodo/event-types.ts';

const folder = new URL('../fixtures/dodo/', import.meta.url);
const cases = readdirSync(folder).flatMap((file) => /^(.*)\.expected\.json$/.exec(file)?.[1] ?? []);
const text = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const ENTITLEMENT = 'cde_tokens1';

describe('webhooks of Dodo, read', () => {
  it('has cases to read', () => {
    expect(cases.length).toBeGreaterThan(20);
  });

  it.each(cases)('%s', (name) => {
    expect(parseEvent(text(`${name}.json`), ENTITLEMENT)).toEqual(JSON.parse(text(`${name}.expected.json`)));
  });

  it('reads the overage rules of our entitlement only', () => {
    const event = parseEvent(text('subscription-active.json'), 'cde_of_somebody_else');
    expect(event).toMatchObject({ kind: 'subscription', subscription: { overage: null } });
  });

  it('keeps only flat metadata', () => {
    const body = JSON.parse(text('credit-added-topup.json'));
    body.data.metadata = { kept: 'yes', nested: { a: 1 }, list: [1], nothing: null, n: 0, b: false };
    expect(parseEvent(JSON.stringify(body), ENTITLEMENT)).toMatchObject({ metadata: { kept: 'yes', n: 0, b: false } });
    expect(Object.keys((parseEvent(JSON.stringify(body), ENTITLEMENT) as { metadata: object }).metadata)).toHaveLength(
      3,
    );
  });
});

describe('the event types that the endpoint is subscribed to', () => {
  const ofFamily: Record<string, string> = {
    credit: 'credit-added-topup.json',
    subscription: 'subscription-active.json',
    payment: 'payment-failed.json',
    refund: 'refund-succeeded.json',
    dispute: 'dispute-opened.json',
  };
  const kindOf = (type: string, file: string) =>
    parseEvent(JSON.stringify({ ...JSON.parse(text(file)), type }), ENTITLEMENT).kind;

  it('are all read', () => {
    const kinds = USED_EVENT_TYPES.map((type) => kindOf(type, ofFamily[type.split('.')[0] ?? ''] ?? ''));
    expect(kinds).not.toContain('ignored');
  });

  it('leave out what is not read, and payments of which nothing is booked', () => {
    const others = EVENT_TYPES.filter((type) => !(USED_EVENT_TYPES as readonly string[]).includes(type));
    const isRead = (type: string) =>
      kindOf(type, type.startsWith('payment.') ? 'payment-failed.json' : 'unknown-family.json') !== 'ignored';
    expect(others).toContain('credit.balance_low');
    expect(others.filter(isRead)).toEqual(['payment.processing', 'payment.cancelled']);
  });
});

describe('webhooks of Dodo, refused', () => {
  const broken = (
    file: string,
    change: (body: { data: Record<string, unknown> } & Record<string, unknown>) => void,
  ) => {
    const body = JSON.parse(text(`${file}.json`));
    change(body);
    return () => parseEvent(JSON.stringify(body), ENTITLEMENT);
  };

  it.each(['', 'not json', 'null', '[]', '[1]', '"text"', '7', '{}', '{"type":"credit.added"}'])(
    'takes %j for no event',
    (body) => {
      expect(() => parseEvent(body, ENTITLEMENT)).toThrow(MalformedEvent);
    },
  );

  it('names what was expected and what came', () => {
    const error = broken('credit-deducted', (body) => {
      body.data.amount = 'a lot';
    });
    expect(error).toThrow(/credit\.deducted: amount: expected an amount.*came "a lot"/);
    const gone = broken('subscription-active', (body) => {
      delete body.data.customer;
    });
    expect(gone).toThrow(/subscription\.active: customer: .*expected object/);
  });

  it.each([
    ['credit-added-topup', 'id'],
    ['credit-added-topup', 'customer_id'],
    ['credit-added-topup', 'credit_entitlement_id'],
    ['credit-added-topup', 'is_credit'],
    ['credit-added-topup', 'amount'],
    ['credit-added-topup', 'balance_before'],
    ['credit-added-topup', 'balance_after'],
    ['credit-added-topup', 'overage_before'],
    ['credit-added-topup', 'overage_after'],
    ['credit-added-topup', 'created_at'],
    ['credit-added-topup', 'transaction_type'],
    ['subscription-active', 'subscription_id'],
    ['subscription-active', 'product_id'],
    ['subscription-active', 'status'],
    ['subscription-active', 'created_at'],
    ['payment-failed', 'payment_id'],
    ['payment-failed', 'customer'],
    ['payment-failed', 'total_amount'],
    ['payment-failed', 'currency'],
  ])('%s needs %s', (file, field) => {
    const without = broken(file, (body) => {
      delete body.data[field];
    });
    const empty = broken(file, (body) => {
      body.data[field] = null;
    });
    expect(without).toThrow(MalformedEvent);
    expect(without).toThrow(field);
    expect(empty).toThrow(field);
  });

  it.each(['timestamp', 'type', 'business_id'])('needs %s around it', (field) => {
    const without = broken('refund-succeeded', (body) => {
      delete body[field];
    });
    expect(without).toThrow(field);
  });

  it('takes no time without a zone, which would be read as local time', () => {
    const local = broken('credit-expired', (body) => {
      body.data.created_at = '2026-11-22T09:00:00';
    });
    expect(local).toThrow(/created_at: expected a time with its zone, came "2026-11-22T09:00:00"/);
  });

  it('takes no data that is not an object', () => {
    for (const data of [null, [], 'x', 1]) {
      for (const type of ['credit.added', 'subscription.active', 'payment.succeeded']) {
        const wrong = broken('credit-added-topup', (body) => Object.assign(body, { type, data }));
        expect(wrong).toThrow(MalformedEvent);
      }
    }
  });
});

describe('amounts of Dodo', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['-0.0', 0],
    ['5000000', 5_000_000],
    [5_000_000, 5_000_000],
    ['007', 7],
    ['1.9999999999999999999999999999', 1],
    [1.9, 1],
    ['-1.5', -2],
    [-1.5, -2],
    ['-3.000', -3],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740991.9', Number.MAX_SAFE_INTEGER],
  ])('reads %j as %i', (value, expected) => {
    expect(parseAmount(value)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '1e3',
    '1,000',
    '.5',
    '5.',
    '+5',
    '0x10',
    'NaN',
    'Infinity',
    '9007199254740992',
    '-9007199254740991.5',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    null,
    undefined,
    true,
    {},
    [],
    [5],
  ])('takes %j for no amount', (value) => {
    expect(() => parseAmount(value)).toThrow(AmountError);
  });
});
