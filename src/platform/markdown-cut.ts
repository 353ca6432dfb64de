import type { Fence } from './code-fence.ts';
import { mayBecomeClosing } from './code-fence.ts';

/** A line of Markdown by its place in the text; `end` is after its line break. */
export interface MarkdownLine {
  start: number;
  end: number;
  /** The code block that is open where the line starts. */
  fence: Fence | null;
  /** 'unfinished': no line break was seen. */
  role: 'text' | 'opening' | 'closing' | 'unfinished';
}

export interface Cut {
  /** Where the part ends. */
  bodyEnd: number;
  /** Where the next part starts. */
  next: number;
  /** The code block that the cut goes through. */
  fence: Fence | null;
}

/** How full a part must get before each kind of cut is good enough. */
const PARAGRAPH_FROM = 1 / 2;
const LINE_FROM = 1 / 4;
const WORD_FROM = 1 / 4;

/** Made at its first use: the tables that come with it would hold up every start. */
let graphemes: Intl.Segmenter | undefined;

/**
 * Chooses where to cut text that does not fit.
 * @param start where the part starts in `text`
 * @param end where the text that fits ends; nothing behind it is looked at
 * @param lines the lines from start to end, at least one
 */
export function chooseCut(text: string, start: number, end: number, lines: readonly MarkdownLine[]): Cut {
  const room = end - start;
  const between = betweenLines(text, lines);
  const paragraph = between.find((cut) => cut.isParagraph && cut.next - start >= room * PARAGRAPH_FROM);
  const line = paragraph ?? between.find((cut) => cut.next - start >= room * LINE_FROM);
  return line ?? insideLine(text, start, end, lines);
}

interface LineCut extends Cut {
  isParagraph: boolean;
}

/** The cuts between two lines, last first. A block is never cut behind its opening or with only its closing left. */
function betweenLines(text: string, lines: readonly MarkdownLine[]): LineCut[] {
  const cuts: LineCut[] = [];
  let codeFollows = false;
  for (let index = lines.length - 1; index > 0; index -= 1) {
    const line = lines[index];
    const before = lines[index - 1];
    if (line === undefined || before === undefined) continue;
    if (line.fence === null) {
      codeFollows = false;
      const isParagraph = isBlank(text, before) || before.role === 'closing' || line.role === 'opening';
      cuts.push({ bodyEnd: line.start, next: line.start, fence: null, isParagraph });
      continue;
    }
    codeFollows ||= isCode(text, line, line.fence);
    if (before.role !== 'opening' && codeFollows) {
      cuts.push({ bodyEnd: line.start - 1, next: line.start, fence: line.fence, isParagraph: false });
    }
  }
  return cuts;
}

function isBlank(text: string, line: MarkdownLine): boolean {
  return text.slice(line.start, line.end).trim() === '';
}

function isCode(text: string, line: MarkdownLine, fence: Fence): boolean {
  return line.role !== 'closing' && !mayBecomeClosing(text.slice(line.start, line.end), fence);
}

/** Cuts the last line that has something to leave for the next part: at a space, else between two graphemes. */
function insideLine(text: string, start: number, end: number, lines: readonly MarkdownLine[]): Cut {
  const line = lines.findLast((each) => each.fence === null || isCode(text, each, each.fence));
  const fence = line?.fence ?? null;
  const stop = line === undefined ? end : start + text.slice(start, line.end).trimEnd().length;
  if (line === undefined || line.role === 'opening' || stop <= start + 1) {
    return { bodyEnd: end, next: end, fence: lines.at(-1)?.fence ?? null };
  }
  const earliest = Math.max(line.start, start + (end - start) * WORD_FROM);
  for (let at = stop - 1; at > earliest; at -= 1) {
    if (text[at] === ' ') return { bodyEnd: at + 1, next: at + 1, fence };
  }
  const at = betweenGraphemes(text, start, stop);
  return { bodyEnd: at, next: at, fence };
}

/** The start of the last grapheme before `stop`, since what follows may belong to it. */
function betweenGraphemes(text: string, start: number, stop: number): number {
  const window = text.slice(start, stop);
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const last = graphemes.segment(window).containing(window.length - 1)?.index ?? 0;
  if (last > 0) return start + last;
  const code = text.charCodeAt(stop - 1);
  const splitsPair = code >= 0xd800 && code <= 0xdbff;
  return splitsPair && stop - 1 > start ? stop - 1 : stop;
}
