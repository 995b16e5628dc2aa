import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

/** MLflow's door to language models, with nothing behind it: what MLflow answers too where none is set. */
@ApiTags('MLflow: user interface')
@Controller('ajax-api/2.0/mlflow/gateway-proxy')
export class GatewayProxyController {
  @Get()
  list() {
    return { endpoints: [] };
  }

  @Post()
  @HttpCode(200)
  ask() {
    return { endpoints: [] };
  }
}
