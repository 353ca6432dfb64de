import { tellStory } from './story.ts';
import { slackHttp } from './transports.ts';

tellStory(slackHttp);
