import type { Messenger, PlatformName } from './chat.ts';

/** The platforms that this process can write to. */
export type Messengers = ReadonlyMap<PlatformName, Messenger>;
