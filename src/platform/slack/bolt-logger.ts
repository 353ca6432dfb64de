import { type Logger, LogLevel } from '@slack/bolt';
import type { Log } from '../../core/log.ts';

/** Bolt's own log lines go to ours. Its debug lines hold whole requests, so they are dropped. */
export function createBoltLogger(log: Log): Logger {
  const write =
    (level: 'debug' | 'warn') =>
    (...messages: unknown[]) =>
      log[level]({ from: 'slack' }, messages.map(toText).join(' '));
  return {
    debug() {},
    info: write('debug'),
    warn: write('warn'),
    error: write('warn'),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  };
}

function toText(message: unknown): string {
  return message instanceof Error ? message.message : String(message);
}
