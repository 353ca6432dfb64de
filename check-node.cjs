// Preloaded by the npm scripts: without it an older Node would only say that it does not know the extension ".ts".
const [major, minor] = process.versions.node.split('.').map(Number);
if (major !== 24 || minor < 12) {
  process.stderr.write(
    `tallybot needs Node 24.12 or a later 24, and this is ${process.versions.node}.\n` +
      'Run "npm ci" and start it by "npm start" or "npm run sandbox": the right Node then comes from node_modules.\n',
  );
  process.exit(1);
}
