import { tellStory } from './story.ts';
import { discordHttp } from './transports.ts';

tellStory(discordHttp);
