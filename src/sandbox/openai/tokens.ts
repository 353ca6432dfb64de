import { countTokens, decodeGenerator, encode } from 'gpt-tokenizer/encoding/o200k_base';

/** Text that looks like a control token is ordinary text when a member types it. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };
/** The tokenizer is quadratic on text without a break, so long runs are counted in slices. */
const LONGEST_RUN = 1_000;
const SLICE = 256;
const UNBROKEN = new RegExp(`\\S{${LONGEST_RUN}}|\\s{${LONGEST_RUN}}`);

function slices(text: string): string[] {
  if (!UNBROKEN.test(text)) return [text];
  const characters = Array.from(text);
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += SLICE) parts.push(characters.slice(at, at + SLICE).join(''));
  return parts;
}

/** The o200k tokens in a text. */
function tokensIn(text: string): number {
  return slices(text).reduce((sum, slice) => sum + countTokens(slice, AS_TEXT), 0);
}

/**
 * The tokens of a chat prompt: each message costs 3 besides its role and text, and the reply is primed with 3
 * (OpenAI Cookbook, "How to count tokens with tiktoken").
 */
export function tokensInPrompt(messages: readonly { role: string; text: string; name?: string }[]): number {
  let total = 3;
  for (const { role, text, name } of messages) {
    total += 3 + tokensIn(role) + tokensIn(text) + (name === undefined ? 0 : tokensIn(name) + 1);
  }
  return total;
}

/** A text as one piece for each token. A piece is empty while a character is still incomplete. */
export function tokenPieces(text: string): string[] {
  return slices(text).flatMap((slice) => piecesOf(encode(slice, AS_TEXT)));
}

function piecesOf(tokens: number[]): string[] {
  const pieces: string[] = [];
  let pending = 0;
  const counted = function* () {
    for (const token of tokens) {
      pending += 1;
      yield token;
    }
  };
  for (const piece of decodeGenerator(counted())) {
    while (pending > 1) {
      pieces.push('');
      pending -= 1;
    }
    pieces.push(piece);
    pending = 0;
  }
  return pieces;
}
