import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { jsonNumber } from '@millrace/mlflow-protocol';
import { ApiProblems } from '@millrace/service-kit';
import { EnvironmentOfRun } from '../../flow/environment/environment-of-run.ts';

@ApiTags('environment')
@ApiProblems(404, 503)
@Controller('api/v1/runs')
export class EnvironmentController {
  readonly #environments: EnvironmentOfRun;

  constructor(@Inject(EnvironmentOfRun) environments: EnvironmentOfRun) {
    this.#environments = environments;
  }

  @Get(':id/environment')
  async environment(@Param('id') id: string) {
    const { systemMetrics, ...rest } = await this.#environments.of(id);
    return {
      ...rest,
      systemMetrics: systemMetrics.map(({ key, number, timestampMs, step }) => ({
        key: key.slice('system/'.length),
        value: jsonNumber(number),
        timestampMs,
        step,
      })),
    };
  }
}
