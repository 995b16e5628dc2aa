import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

/** The protocol that is spoken here is that of this release of MLflow. */
const mlflowVersion = '3.18.0';

@ApiTags('MLflow: server')
@Controller()
export class ServerController {
  @Get('health')
  @Header('content-type', 'text/plain; charset=utf-8')
  health(): string {
    return 'OK';
  }

  @Get('version')
  @Header('content-type', 'text/plain; charset=utf-8')
  version(): string {
    return mlflowVersion;
  }

  @Get(['api/3.0/mlflow/server-info', 'ajax-api/3.0/mlflow/server-info'])
  serverInfo() {
    return { store_type: 'RestStore', workspaces_enabled: false, multipart_uploads_enabled: true };
  }
}
