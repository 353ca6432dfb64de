import { describe } from 'vitest';
import { tellAsking } from './asking.ts';
import { tellBuying } from './buying.ts';
import { tellConnection } from './connection.ts';
import { tellForms } from './forms.ts';
import { tellMessages } from './messages.ts';
import { createBegin } from './stage.ts';
import type { Transport } from './transports.ts';

/** The contract suite "platform": what members live through, the same on every transport. */
export function tellStory(transport: Transport): void {
  describe(`platform: ${transport.name}`, () => {
    const begin = createBegin(transport);
    tellBuying(begin);
    tellAsking(begin, transport);
    tellForms(begin, transport);
    if (transport.hearsMessages) tellMessages(begin, transport);
    if (transport.connects) tellConnection(begin, transport);
  });
}
