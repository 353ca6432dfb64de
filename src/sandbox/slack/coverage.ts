/** Which test files cover a Web API method or a route; the files are in `test/contract/sandbox-slack/`. */
export interface Coverage {
  name: string;
  tests: string[];
}

/** Web API methods that the simulator answers. A call of any other gives `unknown_method`. */
export const methodCoverage: Coverage[] = [
  { name: 'agents.sessions.setStatus', tests: ['streaming'] },
  { name: 'apps.connections.open', tests: ['socket'] },
  { name: 'assistant.threads.setStatus', tests: ['streaming'] },
  { name: 'auth.test', tests: ['refusals', 'oauth'] },
  { name: 'chat.appendStream', tests: ['streaming'] },
  { name: 'chat.delete', tests: ['messages'] },
  { name: 'chat.postEphemeral', tests: ['messages'] },
  { name: 'chat.postMessage', tests: ['messages', 'conversations', 'refusals'] },
  { name: 'chat.startStream', tests: ['streaming'] },
  { name: 'chat.stopStream', tests: ['streaming'] },
  { name: 'chat.update', tests: ['messages'] },
  { name: 'conversations.history', tests: ['conversations'] },
  { name: 'conversations.info', tests: ['conversations'] },
  { name: 'conversations.replies', tests: ['conversations'] },
  { name: 'conversations.open', tests: ['conversations'] },
  { name: 'oauth.v2.access', tests: ['oauth'] },
  { name: 'users.info', tests: ['conversations'] },
  { name: 'views.open', tests: ['views', 'inbound'] },
  { name: 'views.publish', tests: ['views'] },
  { name: 'views.update', tests: ['views'] },
];

/** HTTP routes of the simulator. Any other answers 501. */
export const routeCoverage: Coverage[] = [
  { name: '/api/:method', tests: ['messages', 'refusals'] },
  { name: '/hooks/:kind/:team/:id/:secret', tests: ['response-urls'] },
  { name: '/oauth/v2/authorize', tests: ['oauth'] },
];
