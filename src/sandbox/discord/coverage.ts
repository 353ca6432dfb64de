interface CoveringTest {
  file: string;
  test: string;
}

const INTERACTIONS = 'interactions.test.ts';
const CHANNELS = 'channels.test.ts';
const APPLICATION = 'application.test.ts';

const MESSAGES: CoveringTest = { file: CHANNELS, test: 'are sent, read, edited, listed and deleted' };
const FOLLOW_UPS: CoveringTest = {
  file: INTERACTIONS,
  test: 'are read, edited and deleted by their id, and strangers are not',
};
const DEFERRED: CoveringTest = {
  file: INTERACTIONS,
  test: 'is deferred, filled in, edited and followed up with its token',
};
const OVERWRITE: CoveringTest = {
  file: APPLICATION,
  test: 'are overwritten as a whole, keep their ids, and can be read',
};
const ONE_GUILD: CoveringTest = { file: APPLICATION, test: 'can be set for one guild' };
const IDENTITY: CoveringTest = { file: APPLICATION, test: 'tells who it is' };
const GATEWAY_ADDRESS: CoveringTest = {
  file: 'gateway.test.ts',
  test: 'tells where it is, and how often it may be begun',
};

/** The tests of each route; a test fails when a route or a named test is missing. */
export const DISCORD_COVERAGE: Readonly<Record<string, readonly CoveringTest[]>> = {
  'get /applications/@me': [IDENTITY, { file: APPLICATION, test: 'tells what its owner has set' }],
  'patch /applications/@me': [
    { file: APPLICATION, test: 'takes an endpoint only when it answers the PING and refuses a wrong signature' },
  ],
  'get /applications/:applicationId/commands': [OVERWRITE],
  'put /applications/:applicationId/commands': [
    OVERWRITE,
    { file: APPLICATION, test: 'are refused beyond their limits' },
  ],
  'get /applications/:applicationId/guilds/:guildId/commands': [ONE_GUILD],
  'put /applications/:applicationId/guilds/:guildId/commands': [ONE_GUILD],
  'get /users/@me': [IDENTITY],
  'get /users/:userId': [IDENTITY],
  'post /users/@me/channels': [
    { file: CHANNELS, test: 'go to the one channel of a person, and are seen by nobody else' },
    { file: CHANNELS, test: 'are refused by who closed them, and by strangers' },
  ],
  'get /channels/:channelId': [MESSAGES],
  'get /channels/:channelId/messages': [MESSAGES],
  'post /channels/:channelId/messages': [
    MESSAGES,
    { file: CHANNELS, test: 'refuses what Discord refuses, by code' },
    { file: CHANNELS, test: 'gives the existing message for the same nonce, for some minutes' },
  ],
  'get /channels/:channelId/messages/:messageId': [MESSAGES],
  'patch /channels/:channelId/messages/:messageId': [MESSAGES],
  'delete /channels/:channelId/messages/:messageId': [MESSAGES],
  'post /channels/:channelId/typing': [MESSAGES],
  'post /interactions/:interactionId/:token/callback': [
    { file: INTERACTIONS, test: 'answers an interaction whose HTTP request was answered with 202' },
    { file: INTERACTIONS, test: 'tells the member when no answer comes in time, and closes the token' },
  ],
  'post /webhooks/:applicationId/:token': [
    DEFERRED,
    { file: INTERACTIONS, test: 'are at most five where only the user installed the app' },
  ],
  'get /webhooks/:applicationId/:token/messages/:messageId': [DEFERRED, FOLLOW_UPS],
  'patch /webhooks/:applicationId/:token/messages/:messageId': [DEFERRED, FOLLOW_UPS],
  'delete /webhooks/:applicationId/:token/messages/:messageId': [FOLLOW_UPS],
  'get /gateway': [GATEWAY_ADDRESS],
  'get /gateway/bot': [GATEWAY_ADDRESS],
  'get /attachments/:channelId/:attachmentId/:filename': [
    { file: CHANNELS, test: 'carries files, which can be fetched, and drops those an edit does not keep' },
  ],
};
