import type { World } from './world.ts';

/**
 * A credit figure as the balance objects carry it. The vendor's SDK types it as a string and live accounts were seen
 * to send JSON numbers; with the switch on "number" the value is a number behind the SDK's string type.
 */
export function figure(world: World, text: string): string {
  const value: unknown = world.switches.balancesAs === 'number' ? Number(text) : text;
  return value as string;
}
