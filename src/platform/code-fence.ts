/** The marks that opened a code block, and the first word after them (the language), which may be empty. */
export interface Fence {
  readonly marks: string;
  readonly language: string;
}

/** A line longer than this is never read as a fence, so that what is added to a part stays small. */
const MAX_FENCE_LINE = 60;
/** More marks than this are decoration. */
const MAX_MARKS = 16;

const OPENING = new RegExp(`^[ \\t]*(\`{3,${MAX_MARKS}}(?!\`)|~{3,${MAX_MARKS}}(?!~))(.*)$`, 's');

/**
 * Reads a line (without its line break) as the opening of a code block.
 * Rules of CommonMark 0.31 §4.5, except that any indentation counts: models indent blocks inside lists.
 */
export function openingFence(line: string): Fence | null {
  if (line.length > MAX_FENCE_LINE) return null;
  const match = OPENING.exec(line);
  if (match === null) return null;
  const [, marks = '', info = ''] = match;
  if (marks.startsWith('`') && info.includes('`')) return null;
  return { marks, language: info.trim().split(/\s/u, 1)[0] ?? '' };
}

/** True when the line closes the block that `fence` opened. */
export function isClosingFence(line: string, fence: Fence): boolean {
  if (line.length > MAX_FENCE_LINE) return false;
  const trimmed = line.trim();
  return trimmed.length >= fence.marks.length && isMarksOnly(trimmed, fence);
}

/** True when the line, still growing, is nothing yet or may become the closing fence. */
export function mayBecomeClosing(line: string, fence: Fence): boolean {
  return isMarksOnly(line.trim(), fence);
}

function isMarksOnly(trimmed: string, fence: Fence): boolean {
  const mark = fence.marks.charAt(0);
  for (const character of trimmed) if (character !== mark) return false;
  return true;
}
