import { tellStory } from './story.ts';
import { slackSocket } from './transports.ts';

tellStory(slackSocket);
