import type { Fence } from './code-fence.ts';
import { isClosingFence, openingFence } from './code-fence.ts';
import { chooseCut, type MarkdownLine } from './markdown-cut.ts';

/** Below this the fences that are added would leave too little room for text. */
const SMALLEST_LIMIT = 200;
/** Spaces before the first word of a part beyond this many are dropped. */
const LONGEST_INDENT = 64;

/**
 * Splits Markdown into parts that each stand on their own as a message.
 *
 * A code block that is cut is closed at the end of its part and opened again, with its language, in the next one; a
 * block left open by the text is closed too. Cuts fall between paragraphs, else lines, else words, else graphemes.
 * Only white space at a cut and at both ends of the text is dropped. Text that grows changes only its last part, and
 * never makes the parts fewer, so that parts already posted stay true. Linear in the length of the text.
 *
 * @param limit the most UTF-16 code units in a part; at least {@link SMALLEST_LIMIT}, else RangeError
 * @returns the parts, none blank; none at all for a blank text
 */
export function splitMarkdown(text: string, limit: number): string[] {
  if (!(limit >= SMALLEST_LIMIT)) throw new RangeError(`expected a limit of at least ${SMALLEST_LIMIT}, got ${limit}`);
  const parts: string[] = [];
  let start = 0;
  let fence: Fence | null = null;
  for (;;) {
    if (fence === null) start = skipBlank(text, start);
    const opening: string = fence === null ? '' : `${fence.marks}${fence.language}\n`;
    const window = readWindow(text, start, limit - opening.length, fence);
    if (window.isWhole) {
      const rest = text.slice(start);
      if (rest.trim() !== '')
        parts.push(opening + closed(window.fenceAtEnd === null ? rest.trimEnd() : rest, window.fenceAtEnd));
      return parts;
    }
    const cut = chooseCut(text, start, window.end, window.lines);
    const body = text.slice(start, cut.bodyEnd);
    if (body.trim() !== '') parts.push(opening + closed(cut.fence === null ? body.trimEnd() : body, cut.fence));
    start = cut.next;
    fence = cut.fence;
  }
}

function closed(body: string, fence: Fence | null): string {
  if (fence === null) return body;
  return body.endsWith('\n') ? body + fence.marks : `${body}\n${fence.marks}`;
}

/** The start of the line of the next visible character, blank lines before it left out. */
function skipBlank(text: string, start: number): number {
  let at = start;
  let lineStart = start;
  for (; at < text.length && isWhite(text, at); at += 1) if (text[at] === '\n') lineStart = at + 1;
  return Math.max(lineStart, at - LONGEST_INDENT);
}

function isWhite(text: string, at: number): boolean {
  return text.charAt(at).trim() === '';
}

interface Window {
  /** The rest of the text fits into one part. */
  isWhole: boolean;
  /** Where the text that surely fits ends. */
  end: number;
  /** The lines up to there; the last one may be unfinished. */
  lines: MarkdownLine[];
  /** The block that is open at the end of the text; meant for the last part. */
  fenceAtEnd: Fence | null;
}

/**
 * Reads as many lines as fit, with room kept to close every block seen. Only finished lines open or close a block, and
 * the reading stops at the first character that does not fit, so that later text cannot change what was read.
 */
function readWindow(text: string, start: number, room: number, open: Fence | null): Window {
  const lines: MarkdownLine[] = [];
  let fence = open;
  let reserve = open === null ? 0 : open.marks.length + 1;
  for (let at = start; ; ) {
    const fitsUpTo = start + room - reserve;
    const lineBreak = indexOfWithin(text, at, fitsUpTo);
    if (lineBreak === -1) {
      const end = Math.min(fitsUpTo, text.length);
      const rest = text.slice(at, end);
      lines.push({ start: at, end, fence, role: 'unfinished' });
      return { isWhole: text.length <= fitsUpTo, end, lines, fenceAtEnd: fenceAfter(rest, fence, start + room - end) };
    }
    const line = text.slice(at, lineBreak);
    const end = lineBreak + 1;
    if (fence !== null) {
      const isClosing = isClosingFence(line, fence);
      lines.push({ start: at, end, fence, role: isClosing ? 'closing' : 'text' });
      if (isClosing) fence = null;
    } else {
      const opening = openingFence(line);
      reserve = Math.max(reserve, opening === null ? 0 : opening.marks.length + 1);
      if (end > start + room - reserve) {
        lines.push({ start: at, end: lineBreak, fence, role: 'unfinished' });
        return { isWhole: false, end: lineBreak, lines, fenceAtEnd: fence };
      }
      lines.push({ start: at, end, fence, role: opening === null ? 'text' : 'opening' });
      fence = opening;
    }
    at = end;
  }
}

/** The block that is open behind the last line, which has no line break; one that `spare` leaves no room to close is not. */
function fenceAfter(line: string, fence: Fence | null, spare: number): Fence | null {
  if (fence !== null) return isClosingFence(line, fence) ? null : fence;
  const opening = openingFence(line);
  return opening !== null && opening.marks.length < spare ? opening : null;
}

/** Where the next line break stands if the line fits with it, else -1. */
function indexOfWithin(text: string, at: number, fitsUpTo: number): number {
  const stop = Math.min(fitsUpTo, text.length);
  for (let index = at; index < stop; index += 1) if (text.charCodeAt(index) === 10) return index;
  return -1;
}
