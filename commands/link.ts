import type { Button } from '../src/core/chat/chat.ts';
import type { Command, CommandContext } from '../src/core/chat/command.ts';
import type { JoinOutcome, TakeOffOutcome } from '../src/core/wallets/linking.ts';
import { isChatUser, type WalletUser } from '../src/core/wallets/wallet-user.ts';

const PLATFORM_NAMES: Readonly<Record<WalletUser['platform'], string>> = {
  discord: 'Discord',
  slack: 'Slack',
  api: 'the HTTP API',
};

function listOf(users: readonly WalletUser[]): string {
  const named = (user: WalletUser) => (isChatUser(user) ? ` (\`${user.user}\`)` : '');
  return users.map((user) => `${PLATFORM_NAMES[user.platform]}${named(user)}`).join(', ');
}

const ENTER: Button = { label: 'Enter a code', action: 'link_code' };

async function offerCode({ turn, responder, services }: CommandContext): Promise<void> {
  const offer = await services.linking.makeCode(turn.by);
  if (offer.kind === 'too_many') {
    await responder.reply({ text: tooMany(`made ${offer.limit} codes`), buttons: [ENTER] });
    return;
  }
  const others =
    offer.others.length === 0
      ? []
      : [`This wallet is shared with ${listOf(offer.others)}. \`/link remove\` ends that.`];
  await responder.reply({
    text: [
      `Your code is **${offer.code}**. Type \`/link ${offer.code}\` on your other platform within 10 minutes: from then on both spend from this wallet. It works once.`,
      'Give it to nobody: whoever types it can spend your tokens.',
      ...others,
    ].join('\n'),
    buttons: [ENTER],
  });
}

function tooMany(what: string): string {
  return `You have ${what} in this hour. Please try again later.`;
}

type Refused = Extract<JoinOutcome, { kind: 'refused' }>['why'];

const REFUSALS: Readonly<Record<Refused, string>> = {
  wrong_code:
    'This code does not work: it is mistyped, older than 10 minutes, or was used already. Make a new one with `/link` on your other platform.',
  already_in:
    'This code is of the wallet that you use already. Type it on your other platform, or make one there and type it here.',
  full: 'That wallet is shared by as many as it can be. `/link remove` by its owner takes them off.',
  has_customer:
    'You have a wallet of your own here that something was bought with, and two wallets with money are never merged. Do it the other way round: type `/link` here, and the code that it shows on your other platform. If you have bought on both, use one up where it is, or ask whoever runs this bot.',
  open_checkout:
    'A checkout of yours is still open here, and its payment would go to your wallet here. Pay it, and then link the other way round (type `/link` here); or wait until it has closed, a day after it was opened.',
  answer_running: 'An answer of yours is still being written here. Please try again when it is done.',
  has_identities: 'Your wallet here is shared already. Type `/link remove` first, and then the code again.',
  joined_elsewhere: 'You share another wallet already. Type `/link remove` first, and then the code again.',
};

function joinText(outcome: JoinOutcome): string {
  if (outcome.kind === 'too_many') return tooMany(`tried ${outcome.limit} codes`);
  if (outcome.kind === 'refused') return REFUSALS[outcome.why];
  return 'Done: here you now spend from the same wallet as on your other platform. `/balance` shows it, and `/link remove` ends it.';
}

async function joinBy({ turn, responder, services }: CommandContext, code: string): Promise<void> {
  await responder.acknowledge('private');
  const outcome = await services.linking.join(turn.by, code);
  const isWrong = outcome.kind === 'refused' && outcome.why === 'wrong_code';
  await responder.reply({ text: joinText(outcome), buttons: isWrong ? [ENTER] : [] });
}

function takeOffText(outcome: TakeOffOutcome): string {
  if (outcome.kind === 'left') {
    return 'Done: you do not share that wallet any more. Here you have a wallet of your own again, which is empty.';
  }
  if (outcome.kind === 'took_off') {
    return `This wallet is yours and you stay in it. No longer sharing it: ${listOf(outcome.users)}.`;
  }
  return 'This wallet is yours alone: you cannot be removed from it, and nobody shares it.';
}

async function link(context: CommandContext, typed: string): Promise<void> {
  const { turn, responder, services } = context;
  await responder.acknowledge('private');
  const word = typed.trim();
  if (word === '') return offerCode(context);
  if (word.toLowerCase() === 'remove') {
    await responder.reply({ text: takeOffText(await services.linking.takeOff(turn.by)) });
    return;
  }
  await joinBy(context, word);
}

export const linkCommand: Command = {
  name: 'link',
  description: 'Use one wallet on Discord and Slack',
  options: [
    {
      name: 'code',
      description: 'The code that the other platform shows you, or: remove',
      type: 'string',
      required: false,
    },
  ],
  run: (context, options) => link(context, String(options.code ?? '')),
  forms: {
    link_code: {
      form: () => ({
        title: 'Link your wallet',
        fields: [
          {
            name: 'code',
            label: 'The code that your other platform shows',
            placeholder: 'ABCDE-12345',
            maxLength: 40,
          },
        ],
      }),
      submit: (context, { code = '' }) => joinBy(context, code.trim()),
      instead: 'Press the button again, or type `/link` with the code behind it.',
    },
  },
};
