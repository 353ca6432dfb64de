import type { ApiKeys, KeyOffer } from '../../core/wallets/api-keys.ts';
import { textField } from './fields.ts';
import type { Action, Outcome } from './outcome.ts';

/** The forms of API keys. */
export function keyActions(apiKeys: Pick<ApiKeys, 'issue' | 'revoke'>): Record<string, Action> {
  return {
    keys: async ({ user }, request) => outcomeOf(await apiKeys.issue(user, textField(request, 'name'))),
    async 'keys-revoke'({ user }, request) {
      const revoked = await apiKeys.revoke(user, textField(request, 'key'));
      return { kind: 'done', said: revoked === null ? 'no_key' : 'revoked' };
    },
  };
}

function outcomeOf(offer: KeyOffer): Outcome {
  switch (offer.kind) {
    case 'issued':
      return { kind: 'key', secret: offer.secret };
    case 'too_many':
      return {
        kind: 'refused',
        status: 409,
        text: `A wallet can have ${offer.limit} API keys. Revoke one that is not in use, and then make another.`,
      };
    case 'too_many_an_hour':
      return {
        kind: 'refused',
        status: 429,
        text: `You have made ${offer.limit} API keys in this hour. Please try again later.`,
      };
  }
}
