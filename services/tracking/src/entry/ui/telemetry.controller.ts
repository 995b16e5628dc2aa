import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

/** MLflow's user interface asks whether it may report what people click. It may not. */
@ApiTags('MLflow: user interface')
@Controller('ajax-api/3.0/mlflow/ui-telemetry')
export class TelemetryController {
  @Get()
  settings() {
    return { disable_ui_telemetry: true, disable_ui_events: [], ui_rollout_percentage: 0 };
  }

  @Post()
  @HttpCode(200)
  report() {
    return { status: 'disabled' };
  }
}
