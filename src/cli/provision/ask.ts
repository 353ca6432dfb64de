import { createInterface } from 'node:readline/promises';

/** @returns what was typed; null where nobody sits */
export type Ask = (question: string) => Promise<string | null>;

/** Asks at the terminal. A program behind a pipe is not waited for. */
export function createAsk(input: NodeJS.ReadStream, output: NodeJS.WritableStream): Ask {
  return async (question) => {
    if (input.isTTY !== true) return null;
    const lines = createInterface({ input, output });
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  };
}
