import type { MessageHandle } from '../../core/chat/chat.ts';

/** The install that a request came through, as Slack names it. */
export interface InstallSource {
  teamId: string | null;
  enterpriseId: string | null;
  isEnterpriseInstall: boolean;
}

/** Where an answer stands; with it another process can close it. */
export type MessagePlace = { source: InstallSource; user: string } & (
  | { kind: 'message'; channel: string; ts: string; threadTs: string | null }
  | { kind: 'url'; url: string; expiresAt: number; visibility: 'public' | 'private' }
);

/** A place as text, to be kept in a row of the store. */
export function toHandle(place: MessagePlace): MessageHandle {
  const { source, ...rest } = place;
  const facts = { ...rest, ...source };
  const set = Object.entries(facts).filter(([, value]) => value !== null);
  return { platform: 'slack', place: Object.fromEntries(set.map(([name, value]) => [name, String(value)])) };
}

/** @throws TypeError when the handle is not one of Slack's */
export function fromHandle({ platform, place }: MessageHandle): MessagePlace {
  const { user, channel, ts, url } = place;
  const source = {
    teamId: place.teamId ?? null,
    enterpriseId: place.enterpriseId ?? null,
    isEnterpriseInstall: place.isEnterpriseInstall === 'true',
  };
  if (platform === 'slack' && user !== undefined) {
    if (place.kind === 'message' && channel !== undefined && ts !== undefined) {
      return { kind: 'message', source, user, channel, ts, threadTs: place.threadTs ?? null };
    }
    if (place.kind === 'url' && url !== undefined) {
      const visibility = place.visibility === 'public' ? 'public' : 'private';
      return { kind: 'url', source, user, url, expiresAt: Number(place.expiresAt), visibility };
    }
  }
  throw new TypeError(`expected the handle of a Slack message, got one of ${platform} with ${Object.keys(place)}`);
}
