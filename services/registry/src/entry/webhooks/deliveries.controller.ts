import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonResponse } from '@millrace/service-kit';
import { ChangeWebhooks } from '../../flow/webhooks/change-webhooks.ts';
import { deliveriesResponse, describeDeliveries } from './webhook-json.ts';

@ApiTags('webhooks')
@Controller('api/v1/webhooks')
export class DeliveriesController {
  readonly #webhooks: ChangeWebhooks;

  constructor(@Inject(ChangeWebhooks) webhooks: ChangeWebhooks) {
    this.#webhooks = webhooks;
  }

  @Get(':id/deliveries')
  @ApiJsonResponse(200, deliveriesResponse, 'What a webhook was told, is yet to be told and could not be told.')
  async of(@Param('id') id: string) {
    return describeDeliveries(await this.#webhooks.find(id));
  }
}
