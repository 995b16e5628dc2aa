import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonQuery, ApiProblems, CodedError, parseRequest } from '@millrace/service-kit';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { encodePosition } from '../../flow/live/log-position.ts';
import type { FeedEvent } from '../../flow/live/run-feed.ts';
import { RunFeeds, type OpenFeed } from '../../flow/live/run-feeds.ts';
import { writeJson } from './event-json.ts';
import { sendEvents, type SentEvent } from './server-sent-events.ts';

const maxRuns = 100;
const id = z.string().regex(/^[\w-]{1,256}$/, 'is not an id: 1 to 256 letters, digits, _ and -');
const place = { last_event_id: z.string().max(1000).optional() };
const ofOne = z.object(place);
const ofSeveral = z.object({
  ...place,
  run_id: z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z
      .array(id)
      .min(1, 'names no run')
      .max(maxRuns, `names more than ${maxRuns} runs: subscribe to their experiment instead`)
      .transform((ids) => [...new Set(ids)]),
  ),
});
const ofExperiment = z.object({ ...place, states: z.coerce.number().int().min(0).max(1000).default(100) });

@ApiTags('live')
@ApiProblems(404, 503)
@Controller('api/v1')
export class RunEventsController {
  readonly #feeds: RunFeeds<unknown>;

  constructor(@Inject(RunFeeds) feeds: RunFeeds<unknown>) {
    this.#feeds = feeds;
  }

  /** Server-sent events. */
  @Get('runs/:id/events')
  @ApiJsonQuery(ofOne)
  async run(
    @Param('id') runId: string,
    @Query() query: unknown,
    @Headers('last-event-id') header: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = parseRequest(ofOne, query);
    await send(reply, this.#feeds.ofRuns([parseRequest(z.object({ id }), { id: runId }).id], afterOf(header, request)));
  }

  @Get('runs/events')
  @ApiJsonQuery(ofSeveral)
  async runs(
    @Query() query: unknown,
    @Headers('last-event-id') header: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = parseRequest(ofSeveral, query);
    await send(reply, this.#feeds.ofRuns(request.run_id, afterOf(header, request)));
  }

  @Get('experiments/:id/events')
  @ApiJsonQuery(ofExperiment)
  async experiment(
    @Param('id') experimentId: string,
    @Query() query: unknown,
    @Headers('last-event-id') header: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = parseRequest(ofExperiment, query);
    await send(reply, await this.#feeds.ofExperiment(experimentId, request.states, afterOf(header, request)));
  }
}

/** The header is newer: browsers send the address again as it was, and beside it where they are. */
function afterOf(
  header: string | undefined,
  query: { readonly last_event_id?: string | undefined },
): string | undefined {
  const after = header === undefined || header === '' ? query.last_event_id : header;
  if (after !== undefined && after.length > 1000)
    throw new CodedError(
      'TRACKING_EVENT_POSITION_INVALID',
      `Last-Event-ID has ${after.length} characters: no id that was sent has more than 1000`,
    );
  return after === '' ? undefined : after;
}

async function send(reply: FastifyReply, feed: OpenFeed<unknown>): Promise<void> {
  const open = () => {
    reply.hijack();
    return reply.raw;
  };
  await sendEvents({ open, onClosed: () => feed.close() }, sentEvents(feed.events));
}

async function* sentEvents(events: OpenFeed<unknown>['events']): AsyncGenerator<SentEvent, void, void> {
  for await (const event of events) yield sentEvent(event);
}

function sentEvent(event: FeedEvent<unknown>): SentEvent {
  const { position } = event;
  // An experiment without a write in any partition has no place yet.
  const encoded = position === undefined ? '' : encodePosition(position);
  const at = encoded === '' ? {} : { id: encoded };
  switch (event.is) {
    case 'state':
      return { ...at, event: 'state', data: { run: event.state } };
    case 'write':
      return { ...at, event: 'write', data: writeJson(event.facts) };
    case 'quiet':
      return at;
    default:
      return { ...at, event: 'ended', data: {} };
  }
}
