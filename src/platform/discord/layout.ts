import type { Button, Reply } from '../../core/chat/chat.ts';
import { splitMarkdown } from '../split-markdown.ts';
import { LONGEST_MESSAGE, replySheets, type Sheet } from './render.ts';

const FILE_NAME = 'answer.md';
/** A footer is one line; one longer than this leaves too little of the answer above it. */
const LONGEST_FOOTER = LONGEST_MESSAGE / 2;
const SEE_FILE = `-# The answer is longer than may be shown here: it is whole in ${FILE_NAME}.`;

/**
 * The messages of an answer that is still growing.
 * @param room the most messages there may be; what is beyond waits for the end
 */
export function growingSheets(text: string, buttons: readonly Button[], room: number): Sheet[] {
  const parts = splitMarkdown(text, LONGEST_MESSAGE).slice(0, room);
  return parts.map((content, index) => ({ content, buttons: index === parts.length - 1 ? buttons : [] }));
}

/**
 * The messages of a finished answer, with its footer below the last part, or in a message of its own where it does not
 * fit. An answer of more messages than there is room for goes along whole as a file.
 * @param room the most messages there may be, at least one
 */
export function finalSheets(text: string, footer: Reply, room: number): Sheet[] {
  const parts: Sheet[] = splitMarkdown(text, LONGEST_MESSAGE).map((content) => ({ content, buttons: [] }));
  const all = withFooter(parts, footer);
  return all.length <= room ? all : withFile(parts.slice(0, room), text, footer);
}

function withFooter(parts: readonly Sheet[], footer: Reply): Sheet[] {
  const [first, ...rest] = replySheets(footer);
  const last = parts.at(-1);
  if (last === undefined || first === undefined) return [...replySheets(footer)];
  const content = footer.text.trim() === '' ? last.content : `${last.content}\n\n${first.content}`;
  if (content.length > LONGEST_MESSAGE) return [...parts, first, ...rest];
  return [...parts.slice(0, -1), { content, buttons: first.buttons }, ...rest];
}

/** Cuts the last message shown so far so that the footer fits below; one that is too long for that goes into the file. */
function withFile(shown: readonly Sheet[], text: string, footer: Reply): Sheet[] {
  const below = replySheets(footer);
  const [first] = below;
  const fits = below.length === 1 && first !== undefined && first.content.length <= LONGEST_FOOTER;
  const end = fits ? `${SEE_FILE}\n\n${first.content}` : SEE_FILE;
  const file = { name: FILE_NAME, text: fits ? text : `${text}\n\n${footer.text}` };
  const [start = ''] = splitMarkdown(shown.at(-1)?.content ?? '', LONGEST_MESSAGE - end.length - 2);
  return [...shown.slice(0, -1), { content: `${start}\n\n${end}`.trim(), buttons: below.at(-1)?.buttons ?? [], file }];
}
