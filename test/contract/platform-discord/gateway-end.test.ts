import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const CHILD = fileURLToPath(new URL('./gateway-child.ts', import.meta.url));

describe('a process that closes the platform', () => {
  it.concurrent.each(['connected', 'connecting', 'reconnecting', 'down'])(
    'ends by itself, without a timer or a socket left, when the gateway was %s',
    async (state) => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [CHILD, state], { timeout: 12_000 });
      expect({ stdout, stderr }).toEqual({ stdout: 'closed\n', stderr: '' });
    },
  );
});
