/**
 * How an answer is steered, from inside a prompt or by `faults.next`. The last user message is read; a directive stands
 * in double brackets, and names that are not in this list are left alone as plain text.
 *
 * | in the prompt | what it does |
 * |---|---|
 * | `[[think:120000]]` | so many reasoning tokens are spent before the first visible one |
 * | `[[length:5000]]` | the visible answer is exactly so many tokens long, unless the bound cuts it |
 * | `[[cached:100]]` | so many of the prompt's tokens are reported as cached |
 * | `[[repeat:text]]` | the answer is exactly this text |
 * | `[[wait:2000]]` | milliseconds before the first chunk |
 * | `[[delay:50]]` | milliseconds between chunks |
 * | `[[chunk:1]]` | tokens in one chunk |
 * | `[[fail:500]]` | refused with this status before anything is generated |
 * | `[[fail-after:3]]` | an error event inside the stream after so many chunks |
 * | `[[cut:10]]` | the socket is destroyed after so many chunks |
 * | `[[stall:3]]` | silence, with the socket open, after so many chunks |
 * | `[[no-usage]]` | usage is not sent |
 * | `[[empty]]` | the answer has no visible text |
 * | `[[hang]]` | the request is never answered |
 */
export interface Steering {
  think?: number;
  length?: number;
  cached?: number;
  repeat?: string;
  waitMs?: number;
  delayMs?: number;
  chunkTokens?: number;
  fail?: number;
  failAfter?: number;
  cut?: number;
  stall?: number;
  noUsage?: boolean;
  empty?: boolean;
  hang?: boolean;
}

const NUMBERS = new Map<string, keyof Steering>([
  ['think', 'think'],
  ['length', 'length'],
  ['cached', 'cached'],
  ['wait', 'waitMs'],
  ['delay', 'delayMs'],
  ['chunk', 'chunkTokens'],
  ['fail', 'fail'],
  ['fail-after', 'failAfter'],
  ['cut', 'cut'],
  ['stall', 'stall'],
]);

const FLAGS = new Map<string, keyof Steering>([
  ['no-usage', 'noUsage'],
  ['empty', 'empty'],
  ['hang', 'hang'],
]);

const DIRECTIVE = /\[\[([a-z-]+)(?::((?:[^\]]|\](?!\]))*))?\]\]/g;

/**
 * Takes the directives out of a prompt.
 * @returns the steering they ask for, and the prompt without them
 */
export function readDirectives(prompt: string): { steering: Steering; rest: string } {
  const steering: Record<string, number | string | boolean> = {};
  const rest = prompt.replace(DIRECTIVE, (whole, name: string, value: string | undefined) => {
    const number = NUMBERS.get(name);
    const flag = FLAGS.get(name);
    if (number && value !== undefined && /^\d{1,9}$/.test(value.trim())) steering[number] = Number(value);
    else if (flag && value === undefined) steering[flag] = true;
    else if (name === 'repeat' && value !== undefined) steering.repeat = value;
    else return whole;
    return '';
  });
  return { steering, rest: rest.trim() };
}
