import { formatTokens } from '../../../core/tokens.ts';
import type { Person, Seen } from '../../people/person.ts';
import { buttonOf, dmsOf, dmThat, readBalance, use } from '../acts.ts';
import { payInBrowser } from '../browser.ts';
import { tokensAdded } from '../reading.ts';
import type { Stage } from '../stage.ts';

interface Offer {
  command: 'subscribe' | 'topup';
  text: string;
  tokens: number;
  price: string;
}

export const STARTER: Offer = { command: 'subscribe', text: 'starter', tokens: 10_000_000, price: '29.00 USD' };
export const PRO: Offer = { command: 'subscribe', text: 'pro', tokens: 40_000_000, price: '99.00 USD' };
export const TOP_UP: Offer = { command: 'topup', text: '', tokens: 5_000_000, price: '19.00 USD' };

/** Buys through the checkout page, and waits for the DM that tells of the tokens. */
export async function buy(stage: Stage, person: Person, offer: Offer): Promise<void> {
  const { expect, narrator } = stage;
  const before = await leftBefore(stage, person);
  const known = new Set(dmsOf(person).map(({ id }) => id));
  const [reply] = await use(stage, person, offer.command, offer.text);
  expect.equal('nobody else sees the link', reply?.place ?? null, 'private');
  const { url } = buttonOf(reply, 'Pay');
  const buyer = { email: `${person.name.toLowerCase()}@example.com`, name: person.name };
  narrator.does(person, `opens the link, pays as ${buyer.email}`);
  const visit = await payInBrowser(url ?? '', buyer);
  narrator.note(`${visit.pageTitle}: ${visit.total}; then ${new URL(visit.landedOn).pathname}`);
  expect.equal('the checkout page asks for the price', visit.total, offer.price);
  expect.equal('after paying there is a page to land on', visit.landedStatus, 200);

  const dm = await dmThat(stage, person, known, (candidate) => tokensAdded(candidate) !== null);
  narrator.shows(person, dm);
  const added = tokensAdded(dm);
  expect.equal(`the DM tells of ${formatTokens(offer.tokens)} tokens`, added?.added ?? null, offer.tokens);
  const { left } = await readBalance(stage, person, 'told');
  expect.equal('/balance agrees', left, before + offer.tokens);
  await stage.sandbox.settle();
  expect.equal('there was one such DM', newPurchaseDms(person, known).length, 1);
}

/** Whoever has never bought is told 0. */
async function leftBefore(stage: Stage, person: Person): Promise<number> {
  return (await readBalance(stage, person, 'quietly')).left;
}

function newPurchaseDms(person: Person, known: ReadonlySet<string>): Seen[] {
  return dmsOf(person).filter((dm) => !known.has(dm.id) && tokensAdded(dm) !== null);
}
