import { Module } from '@nestjs/common';
import { DefinitionsController } from './entry/definitions.controller.ts';
import { HistoryController } from './entry/history.controller.ts';
import { OnlineFeaturesController } from './entry/online-features.controller.ts';
import { connections } from './entry/providers/connections.ts';
import { history } from './entry/providers/history.ts';
import { materialization } from './entry/providers/materialization.ts';
import { people } from './entry/providers/people.ts';
import { serving } from './entry/providers/serving.ts';
import { upkeep } from './entry/providers/upkeep.ts';

/** The only wiring: each list of providers says what it is made of. */
@Module({
  controllers: [DefinitionsController, HistoryController, OnlineFeaturesController],
  providers: [...people, ...connections, ...materialization, ...serving, ...history, ...upkeep],
})
export class FeaturesModule {}
