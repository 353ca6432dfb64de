/** Where the program tells what happened. Facts are fields, never secrets, prompts or answers. */
export interface Log {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

/** @returns a log whose every line has these facts as well */
export function withFacts(log: Log, more: object): Log {
  return {
    debug: (facts, text) => log.debug({ ...more, ...facts }, text),
    info: (facts, text) => log.info({ ...more, ...facts }, text),
    warn: (facts, text) => log.warn({ ...more, ...facts }, text),
    error: (facts, text) => log.error({ ...more, ...facts }, text),
  };
}
