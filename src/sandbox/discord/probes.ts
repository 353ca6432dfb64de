import type { EndpointAnswer, HttpDelivery } from './http-delivery.ts';
import { pingPayload } from './ping-payload.ts';
import { createSigner } from './signing.ts';
import type { StoredInteraction, World } from './world.ts';

/** Requests that an endpoint must refuse, and the one it must answer. Each gives the endpoint's answer. */
export interface Probes {
  /** The PING that Discord sends when the URL is set. */
  ping(): Promise<EndpointAnswer>;
  /** Signed with another key, as Discord itself does now and then to test the endpoint. */
  wrongKey(): Promise<EndpointAnswer>;
  /** A right signature of another body. */
  tamperedBody(): Promise<EndpointAnswer>;
  /** A right signature of another timestamp. */
  tamperedTimestamp(): Promise<EndpointAnswer>;
  /** Headers that are not hex at all. */
  garbage(): Promise<EndpointAnswer>;
  unsigned(): Promise<EndpointAnswer>;
  /** Sends any text, rightly signed. */
  signed(body: string): Promise<EndpointAnswer>;
  /** Sends an interaction once more, freshly signed. */
  again(interaction: StoredInteraction): Promise<EndpointAnswer>;
}

/** Makes the probes. */
export function createProbes(world: World, delivery: HttpDelivery): Probes {
  const pingBody = () => JSON.stringify(pingPayload(world));
  const signed = (body: string) => delivery.post(body, delivery.sign(body));
  return {
    ping: () => signed(pingBody()),
    wrongKey() {
      const body = pingBody();
      return delivery.post(body, createSigner().headersFor(body, String(Math.floor(world.now() / 1_000))));
    },
    tamperedBody: () => delivery.post(pingBody(), delivery.sign(pingBody())),
    tamperedTimestamp() {
      const body = pingBody();
      const timestamp = String(Math.floor(world.now() / 1_000) + 1);
      return delivery.post(body, { ...delivery.sign(body), 'x-signature-timestamp': timestamp });
    },
    garbage: () => delivery.post(pingBody(), { 'x-signature-ed25519': 'zz', 'x-signature-timestamp': 'now' }),
    unsigned: () => delivery.post(pingBody(), {}),
    signed,
    again: (interaction) => signed(JSON.stringify(interaction.payload)),
  };
}
