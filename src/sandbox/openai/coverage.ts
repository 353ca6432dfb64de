/** The tests of each route, as file and test name; a test fails when a route or a named test is missing. */
export const OPENAI_COVERAGE: Readonly<Record<string, readonly { file: string; test: string }[]>> = {
  'post /v1/chat/completions': [
    { file: 'chat.test.ts', test: 'answers the same prompt with the same text and usage that adds up' },
    { file: 'streaming.test.ts', test: 'streams the text that the same request gets in one piece' },
    { file: 'faults.test.ts', test: 'refuses with the status asked for, raised by the client as its own class' },
  ],
  'get /v1/models': [{ file: 'models.test.ts', test: 'lists the models it was given' }],
  'get /v1/models/:id': [{ file: 'models.test.ts', test: 'retrieves one model, and refuses an unknown one with 404' }],
};
