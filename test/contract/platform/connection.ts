import { describe } from 'vitest';
import type { Begin } from './stage.ts';
import type { Transport } from './transports.ts';
export function tellConnection(_begin: Begin, _t: Transport): void {
  describe.skip('x', () => {});
}
