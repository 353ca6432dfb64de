import { ApplicationIntegrationType } from 'discord-api-types/v10';
import type { StoredInteraction, World } from '../world.ts';
import { type InteractionFacts, interactionPayload, ownersOf } from './payload.ts';

/** Makes an interaction and its token, and starts the clock of its first answer. */
export function startInteraction(world: World, facts: Omit<InteractionFacts, 'id' | 'token'>): StoredInteraction {
  const { person, channel, guild, message } = facts;
  const id = world.newId();
  const token = world.newToken();
  const userInstallOnly = ownersOf(person, guild)[ApplicationIntegrationType.GuildInstall] === undefined;
  const interaction: StoredInteraction = {
    id,
    token,
    payload: interactionPayload(world, { ...facts, id, token }),
    userId: person.user.id,
    channelId: channel.id,
    createdAt: world.now(),
    ack: null,
    failure: null,
    failureCause: null,
    originalId: null,
    sourceMessageId: message?.message.id ?? null,
    messageIds: [],
    followUps: 0,
    modal: null,
    choices: null,
    userInstallOnly,
    forcedEphemeral: userInstallOnly && guild?.externalApps === false,
    http: null,
  };
  world.store.interactions.set(id, interaction);
  return interaction;
}
