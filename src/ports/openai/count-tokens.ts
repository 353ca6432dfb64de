import { createRequire } from 'node:module';
import type { CountTokens } from '../../core/model.ts';

/** A word without end costs the tokenizer time that grows with its square. */
const SLICE = 256;
/**
 * A cut inside a word can make the parts come out cheaper than the whole, because merging is greedy. Found by
 * experiment: never by more than 2 tokens a cut.
 */
const CUT_MARGIN = 2;
/** Beyond this no model reads on, and the rest is bounded by its bytes, which no text's tokens exceed. */
const COUNTED_EXACTLY = 262_144;

const require = createRequire(import.meta.url);

/** The o200k_base tables are some megabytes: a process that never counts need not load them. */
const load = () => require('gpt-tokenizer/encoding/o200k_base') as typeof import('gpt-tokenizer/encoding/o200k_base');

/**
 * Makes a counter on the o200k_base tables, which are loaded when it first counts. OpenAI's models since GPT-4o use this
 * encoding (https://github.com/openai/tiktoken).
 * @returns a counter of an upper bound: exact for text that has a space at least every 256 characters. Names of special
 * tokens such as `<|endoftext|>` are counted as the plain text that they are sent as.
 */
export function createTokenCounter(): CountTokens {
  let encoding: ReturnType<typeof load> | null = null;
  const asPlainText = { disallowedSpecial: new Set<string>() };
  return (text) => {
    encoding ??= load();
    const { countTokens } = encoding;
    const sent = text.toWellFormed();
    let tokens = 0;
    let start = 0;
    while (start < sent.length && tokens < COUNTED_EXACTLY) {
      const cut = nextCut(sent, start);
      tokens += countTokens(sent.slice(start, cut.end), asPlainText) + (cut.clean ? 0 : CUT_MARGIN);
      start = cut.end;
    }
    return tokens + Buffer.byteLength(sent.slice(start));
  };
}

/**
 * A clean cut is before a space that follows something visible: there the encoding starts a new piece in any text, so
 * the parts have exactly the tokens of the whole.
 */
function nextCut(text: string, start: number): { end: number; clean: boolean } {
  const limit = start + SLICE;
  if (limit >= text.length) return { end: text.length, clean: true };
  for (let at = limit; at > start; at -= 1) {
    if (text[at] === ' ' && /\S/.test(text[at - 1] ?? '')) return { end: at, clean: true };
  }
  return { end: isLowSurrogate(text.charCodeAt(limit)) ? limit - 1 : limit, clean: false };
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
