import type { APIActionRowComponent, APIButtonComponent, APIComponentInMessageActionRow } from 'discord.js';
import { ButtonStyle, ComponentType, MessageFlags } from 'discord.js';
import type { Button, Reply, Visibility } from '../../core/chat/chat.ts';
import { splitMarkdown } from '../split-markdown.ts';
import type { OutgoingMessage } from './api.ts';

/** The most characters in a message. Source: Discord, Message resource, "Create Message". */
export const LONGEST_MESSAGE = 2_000;
/** Source: Discord, Component Reference, "Action Row" and "Button". */
const BUTTONS_A_ROW = 5;
const ROWS = 5;
const LONGEST_LABEL = 80;
const LONGEST_URL = 512;
/** Discord takes no message without a visible character. */
const NOTHING_TO_SAY = '…';

const STYLES = {
  primary: ButtonStyle.Primary,
  secondary: ButtonStyle.Secondary,
  danger: ButtonStyle.Danger,
} as const;

/** A message before it is sent; its buttons stand below. */
export interface Sheet {
  content: string;
  buttons: readonly Button[];
  /** A text that goes along as a file of this name. */
  file?: { name: string; text: string };
}

/** Cuts a reply into messages; the buttons stand below the last one. Links too long for a button go into the text. */
export function replySheets(reply: Reply): Sheet[] {
  const buttons = reply.buttons ?? [];
  const links = buttons.filter((button) => 'url' in button && button.url.length > LONGEST_URL);
  const text = [reply.text, ...links.map((link) => ('url' in link ? `[${link.label}](${link.url})` : ''))].join('\n');
  const parts = splitMarkdown(text, LONGEST_MESSAGE);
  if (parts.length === 0) parts.push(NOTHING_TO_SAY);
  return parts.map((content, index) => ({
    content,
    buttons: index === parts.length - 1 ? buttons.filter((button) => !links.includes(button)) : [],
  }));
}

/**
 * The native message. It pings nobody, whatever its text says.
 * @param visibility for a new message; that of an edited one stays what it was
 */
export function renderMessage(sheet: Sheet, visibility: Visibility = 'public'): OutgoingMessage {
  const body: OutgoingMessage['body'] = {
    content: sheet.content,
    components: buttonRows(sheet.buttons),
    allowed_mentions: { parse: [] },
  };
  if (visibility === 'private') body.flags = MessageFlags.Ephemeral;
  if (sheet.file === undefined) return { body };
  const { name, text } = sheet.file;
  return { body, files: [{ name, data: Buffer.from(text), contentType: 'text/markdown; charset=utf-8' }] };
}

/** Throws RangeError for more than 25 buttons. */
function buttonRows(buttons: readonly Button[]): APIActionRowComponent<APIComponentInMessageActionRow>[] {
  if (buttons.length > BUTTONS_A_ROW * ROWS) throw new RangeError(`expected at most 25 buttons, got ${buttons.length}`);
  const rows: APIActionRowComponent<APIComponentInMessageActionRow>[] = [];
  for (let at = 0; at < buttons.length; at += BUTTONS_A_ROW) {
    const components = buttons.slice(at, at + BUTTONS_A_ROW).map(renderButton);
    rows.push({ type: ComponentType.ActionRow, components });
  }
  return rows;
}

function renderButton(button: Button): APIButtonComponent {
  const label = shortened(button.label);
  if ('url' in button) return { type: ComponentType.Button, style: ButtonStyle.Link, label, url: button.url };
  return { type: ComponentType.Button, style: STYLES[button.style ?? 'secondary'], label, custom_id: button.action };
}

function shortened(label: string): string {
  return label.length <= LONGEST_LABEL ? label : `${label.slice(0, LONGEST_LABEL - 1).toWellFormed()}…`;
}
