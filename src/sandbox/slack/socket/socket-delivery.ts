import type { Acknowledgement, Deliver, Outgoing } from '../delivery.ts';
import type { SlackDelivery } from '../model.ts';
import type { SlackWorld } from '../world.ts';
import type { Envelope, EnvelopeOutcome } from './connection.ts';
import type { SlackSockets } from './sockets.ts';

/** Brings envelopes through the app's sockets, each connection in its turn. */
export function createSocketDelivery(world: SlackWorld, sockets: SlackSockets): Deliver {
  return async (outgoing) => {
    const started = performance.now();
    const envelope = wrap(outgoing, world.store.ids.secret());
    const record: SlackDelivery = { at: world.now(), kind: outgoing.kind, headers: {}, body: JSON.stringify(envelope) };
    world.store.deliveries.push(record);
    const connection = sockets.next();
    const outcome = connection ? await connection.send(envelope, world.settings.ackDeadlineMs) : 'connection_failed';
    const acknowledged = toAcknowledgement(envelope, outcome, performance.now() - started);
    if (acknowledged.error) record.error = acknowledged.error;
    return acknowledged;
  };
}

const TYPES = { command: 'slash_commands', interactivity: 'interactive', event: 'events_api' } as const;

function wrap({ kind, payload, retry }: Outgoing, id: string): Envelope {
  if (kind === 'verification') throw new Error('expected something for an app on a socket, got a check of its URL');
  const isSubmission = 'type' in payload && payload.type === 'view_submission';
  return {
    envelope_id: id,
    type: TYPES[kind],
    payload,
    accepts_response_payload: kind === 'command' || isSubmission,
    ...(kind === 'event' && { retry_attempt: retry?.attempt ?? 0, retry_reason: reasonOf(retry) }),
  };
}

function reasonOf(retry: Outgoing['retry']): string {
  return retry?.reason === 'http_timeout' ? 'timeout' : (retry?.reason ?? '');
}

/** An answer in the acknowledgement of what accepts none is not looked at. */
function toAcknowledgement(envelope: Envelope, outcome: EnvelopeOutcome, ms: number): Acknowledgement {
  if (typeof outcome === 'string') return { ok: false, ms, body: '', headers: {}, error: outcome };
  const isAnswer = envelope.accepts_response_payload && Object.keys(outcome.payload).length > 0;
  const body = isAnswer ? JSON.stringify(outcome.payload) : '';
  return { ok: true, ms, body, headers: { 'content-type': 'application/json' } };
}
