import { Module } from '@nestjs/common';
import { DefinitionsController } from './entry/definitions.controller.ts';
import { FeastController } from './entry/feast/feast.controller.ts';
import { HistoryController } from './entry/history.controller.ts';
import { OnlineFeaturesController } from './entry/online-features.controller.ts';
import { connections } from './entry/providers/connections.ts';
import { feast } from './entry/providers/feast.ts';
import { history } from './entry/providers/history.ts';
import { materialization } from './entry/providers/materialization.ts';
import { people } from './entry/providers/people.ts';
import { serving } from './entry/providers/serving.ts';
import { upkeep } from './entry/providers/upkeep.ts';

/** The only wiring: each list of providers says what it is made of. */
@Module({
  controllers: [DefinitionsController, OnlineFeaturesController, HistoryController, FeastController],
  providers: [...people, ...connections, ...materialization, ...serving, ...feast, ...history, ...upkeep],
})
export class FeaturesModule {}
