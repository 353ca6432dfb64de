import type { Command, CommandContext } from '../src/core/chat/command.ts';
import { formatDay } from '../src/core/time.ts';
import type { KeyOffer, ListedKey } from '../src/core/wallets/api-keys.ts';

function line({ id, name, createdAt, lastUsedAt }: ListedKey): string {
  const used = lastUsedAt === null ? 'never used' : `last used ${formatDay(lastUsedAt)}`;
  return `- \`${id}\` ${plain(name)}, made ${formatDay(createdAt)}, ${used}`;
}

/** A name stands in the text as it was typed, whatever Markdown it would be. */
function plain(name: string): string {
  return `\`${name.replaceAll('`', "'")}\``;
}

function offerText(offer: KeyOffer): string {
  if (offer.kind === 'too_many') {
    return `Your wallet has ${offer.limit} API keys, and no more are possible. \`/apikey list\` shows them, and \`/apikey revoke\` with a key's id ends one.`;
  }
  if (offer.kind === 'too_many_an_hour') {
    return `You have made ${offer.limit} API keys in this hour. Please try again later.`;
  }
  return [
    `Your new API key ${plain(offer.key.name)} (\`${offer.key.id}\`), shown only now:`,
    `\`\`\`\n${offer.secret}\n\`\`\``,
    'Whoever has it can spend your tokens. `/apikey list` shows your keys, and `/apikey revoke` with its id ends this one.',
  ].join('\n');
}

async function issue({ turn, services }: CommandContext, name: string): Promise<string> {
  return offerText(await services.apiKeys.issue(turn.by, name));
}

async function list({ turn, services }: CommandContext): Promise<string> {
  const keys = await services.apiKeys.list(turn.by);
  if (keys.length === 0) return 'Your wallet has no API key. `/apikey new` makes one.';
  return ['API keys of your wallet:', ...keys.map(line), 'To end one: `/apikey revoke` with its id.'].join('\n');
}

async function revoke({ turn, services }: CommandContext, id: string): Promise<string> {
  const key = await services.apiKeys.revoke(turn.by, id);
  return key === null
    ? 'Your wallet has no API key with this id. `/apikey list` shows them all.'
    : `Done: the API key ${plain(key.name)} (\`${key.id}\`) opens nothing any more.`;
}

/** On Slack all words stand in the first option. */
async function answer(context: CommandContext, words: readonly string[]): Promise<string> {
  const [verb = 'new', ...rest] = words;
  switch (verb.toLowerCase()) {
    case 'new':
      return issue(context, rest.join(' '));
    case 'list':
      return rest.length === 0 ? list(context) : UNCLEAR;
    case 'revoke':
      return rest.length === 1 ? revoke(context, String(rest[0]).toLowerCase()) : UNCLEAR;
    default:
      return UNCLEAR;
  }
}

const UNCLEAR =
  'I did not understand that; nothing was changed. There are `/apikey new` (with a name, if you like), `/apikey list`, and `/apikey revoke` with the id of a key.';

export const apikey: Command = {
  name: 'apikey',
  description: 'Keys to your wallet for your own programs',
  options: [
    {
      name: 'action',
      description: 'new, list or revoke',
      type: 'string',
      required: false,
      choices: [
        { name: 'New', value: 'new' },
        { name: 'List', value: 'list' },
        { name: 'Revoke', value: 'revoke' },
      ],
    },
    {
      name: 'key',
      description: 'The name of a new key, or the id of the one to revoke',
      type: 'string',
      required: false,
    },
  ],
  async run(context, options) {
    await context.responder.acknowledge('private');
    const typed = `${options.action ?? ''} ${options.key ?? ''}`;
    await context.responder.reply({ text: await answer(context, typed.split(/\s+/).filter(Boolean)) });
  },
};
