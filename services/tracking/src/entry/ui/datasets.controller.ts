import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody } from '@millrace/service-kit';
import { SearchDatasets } from '../../flow/runs/search-datasets.ts';
import { datasetSummaryJson, searchDatasets } from './ui-messages.ts';

@ApiTags('MLflow: user interface')
@Controller('ajax-api/2.0/mlflow/experiments')
export class DatasetsController {
  readonly #search: SearchDatasets;

  constructor(@Inject(SearchDatasets) search: SearchDatasets) {
    this.#search = search;
  }

  @Post('search-datasets')
  @HttpCode(200)
  @ApiJsonBody(searchDatasets)
  async search(@Body() body: unknown) {
    const { experiment_ids: ids } = readRequest(searchDatasets, body);
    return { dataset_summaries: (await this.#search.run(ids)).map(datasetSummaryJson) };
  }
}
