import { checkoutReply } from '../src/core/buying/checkout-reply.ts';
import { inWords, packOffer } from '../src/core/buying/offer-text.ts';
import { type Catalogue, type Pack, packOf } from '../src/core/catalogue.ts';
import type { CommandOption } from '../src/core/chat/chat.ts';
import type { Command, CommandContext } from '../src/core/chat/command.ts';
import { closedText } from '../src/core/operator/places.ts';

/** Packs in one purchase; more is rather a mistake than a wish. */
const MOST_PACKS = 20;

/** @param wanted as it is typed on Slack and stands in buttons: how many, which pack, or both */
async function offerPacks({ turn, responder, services }: CommandContext, wanted: string): Promise<void> {
  await responder.acknowledge('private');
  const closed = services.closedTo(turn);
  if (closed !== null) return responder.reply({ text: closedText(closed) });
  const { catalogue } = services.rules;
  const wish = readWish(catalogue, wanted);
  if (wish === null) {
    await responder.reply({
      text: `You can buy 1 to ${MOST_PACKS} packs at a time, not "${wanted.slice(0, 40)}". ${exampleText(catalogue)}`,
    });
    return;
  }
  const { pack, count } = wish;
  const offer = await services.shop.checkout(turn.by, pack.key, count);
  const name = count === 1 ? pack.name : `${count} × ${pack.name}`;
  await responder.reply(checkoutReply(offer, `${name}: ${packOffer(pack, count)}`, services.brand));
}

function readWish(catalogue: Catalogue, wanted: string): { pack: Pack; count: number } | null {
  const words = wanted.trim().toLowerCase().split(/\s+/);
  const counts = words.filter((word) => /^\d{1,3}$/.test(word)).map(Number);
  const packs = words.map((word) => packOf(catalogue, word)).filter((pack) => pack !== null);
  const [count = 1] = counts;
  const [pack = catalogue.packs[0]] = packs;
  const isUnderstood = counts.length < 2 && packs.length < 2 && counts.length + packs.length === words.length;
  return isUnderstood && count >= 1 && count <= MOST_PACKS ? { pack, count } : null;
}

function exampleText({ packs }: Catalogue): string {
  const last = packs.at(-1);
  if (packs.length === 1 || last === undefined) return 'For example: /topup 2';
  const each = packs.map((pack) => `**${pack.key}** (${packOffer(pack)})`);
  return `The packs are ${inWords(each, 'and')}. For example: /topup 2 ${last.key}`;
}

/** @param catalogue whose packs are the choices, when there are several */
export function createTopup({ packs }: Catalogue): Command {
  const which: CommandOption = {
    name: 'pack',
    description: `Which pack (${packs[0].key})`,
    type: 'string',
    required: false,
    choices: packs.map(({ key, name }) => ({ name, value: key })),
  };
  return {
    name: 'topup',
    description: 'Buy tokens once, without a plan or beside it',
    options: [
      { name: 'packs', description: 'How many packs (1)', type: 'integer', required: false, min: 1, max: MOST_PACKS },
      ...(packs.length === 1 ? [] : [which]),
    ],
    run: (context, options) => offerPacks(context, `${options.packs ?? ''} ${options.pack ?? ''}`.trim() || '1'),
    actions: { topup: offerPacks },
  };
}
