import type { AnyBlock } from '@slack/types';
import type { MessageVersion, Ping, SlackMessage } from './model.ts';

/** A button as a person sees it. */
export interface SeenButton {
  actionId: string;
  blockId: string;
  text: string;
  value?: string;
  url?: string;
}

/** A message as a person sees it. */
export interface SeenMessage {
  ts: string;
  channel: string;
  /** What stands in it: the blocks' texts one per line, or the text when there are no blocks. */
  text: string;
  blocks: AnyBlock[];
  buttons: SeenButton[];
  threadTs?: string;
  /** Only this person sees it. */
  ephemeral: boolean;
  /** In the direct conversation with the bot. */
  direct: boolean;
  deleted: boolean;
  /** The pings of the current text, and those of any version so far. */
  pings: Ping[];
  everPinged: Ping[];
  /** Every version with its time, oldest first. */
  history: { change: MessageVersion['change']; at: number; text: string }[];
  message: SlackMessage;
}

export function seenMessage(message: SlackMessage): SeenMessage {
  const { ts, channel, blocks, threadTs, deleted, pings, everPinged, history } = message;
  return {
    ts,
    channel,
    text: shownText(message.text, blocks),
    blocks,
    buttons: findButtons(blocks),
    ...(threadTs && { threadTs }),
    ephemeral: message.ephemeralFor !== undefined,
    direct: channel.startsWith('D'),
    deleted,
    pings,
    everPinged,
    history: history.map((version) => ({
      change: version.change,
      at: version.at,
      text: shownText(version.text, version.blocks),
    })),
    message,
  };
}

/** The text that a person reads. Without a block that has text, it is the message's own text. */
function shownText(text: string, blocks: readonly AnyBlock[]): string {
  const lines = blocks.filter((block) => block.type !== 'actions').flatMap(textsOf);
  return lines.length > 0 ? lines.join('\n') : text;
}

function textsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (typeof node !== 'object' || node === null) return [];
  const fields = node as Record<string, unknown>;
  if (fields.type === 'button') return [];
  if (typeof fields.text === 'string') return [fields.text];
  if (typeof fields.title === 'string') return [fields.title];
  return [fields.text, fields.fields, fields.elements, fields.label].flatMap(textsOf);
}

/** Every button in the blocks, in reading order. */
export function findButtons(node: unknown, blockId = ''): SeenButton[] {
  if (Array.isArray(node)) return node.flatMap((entry) => findButtons(entry, blockId));
  if (typeof node !== 'object' || node === null) return [];
  const fields = node as Record<string, unknown>;
  const id = typeof fields.block_id === 'string' ? fields.block_id : blockId;
  if (fields.type !== 'button') return [fields.elements, fields.accessory].flatMap((entry) => findButtons(entry, id));
  const label = fields.text as { text?: unknown } | undefined;
  return [
    {
      actionId: String(fields.action_id ?? ''),
      blockId: id,
      text: String(label?.text ?? ''),
      ...(typeof fields.value === 'string' && { value: fields.value }),
      ...(typeof fields.url === 'string' && { url: fields.url }),
    },
  ];
}
