"""Windowed features computed from logs by their definition. It shares no code with the platform, on purpose.

At time t a window w with delay d holds the events with time in (t - d - w, t - d]; of equal times those up to the own event in
log order. Known are the events of the view's log up to the cut, and what the own event's partition had sent there before it.
"""

import math

import numpy

DAY = 86_400_000
HOUR = 3_600_000
MINUTE = 60_000


class Feature:
    # Whether the event that asks counts itself.
    own_event = True

    def __init__(self, name, aggregation, window, value=None, delay=0, where=None, empty=None):
        self.name = name
        self.aggregation = aggregation
        self.window = window
        self.value = value
        self.delay = delay
        self.where = where
        self.empty = empty if empty is not None else (0.0 if aggregation in ("count", "sum") else None)


class View:
    """`key` gives an event's entity; `own_log` tells whether the source topic itself is keyed by it.

    In a log that several partitions feed, events may lie as far apart again as is allowed, or an eighth of the longest window.
    """

    def __init__(self, name, key, features, own_log, lateness):
        self.name = name
        self.key = key
        self.features = features
        self.own_log = own_log
        span = max(feature.window + feature.delay for feature in features)
        self.lateness = lateness if own_log else lateness + max(lateness, math.ceil(span / 8))


class Place:
    """Where one event lies in the log of a view."""

    def __init__(self, event, partition, position):
        self.event = event
        self.partition = partition
        self.position = position


class EntityLog:
    """The events of one entity in the order of its log."""

    def __init__(self, view, places):
        places.sort(key=lambda place: place.position)
        self.view = view
        self.time = numpy.array([p.event["time"] for p in places], dtype=numpy.int64)
        self.position = numpy.array([p.position for p in places], dtype=numpy.int64)
        self.source_partition = numpy.array([p.event["partition"] for p in places], dtype=numpy.int64)
        self.source_offset = numpy.array([p.event["offset"] for p in places], dtype=numpy.int64)
        self.values = {}
        for feature in view.features:
            self.values[feature.name] = [value_of(feature, p.event) for p in places]
        self.numbers = {
            name: numpy.array([math.nan if v is None else float(v) for v in values])
            for name, values in self.values.items()
            if not any(isinstance(v, str) for v in values)
        }

    def known(self, cut, own):
        """Indices of what was known and not refused as too late; None when the time was out of reach."""
        mask = self.position <= cut
        is_own = numpy.zeros(len(mask), dtype=bool)
        if own is not None:
            of_partition = self.source_partition == own["partition"]
            mask |= of_partition & (self.source_offset <= own["offset"]) & (self.position <= own["position"])
            is_own = of_partition & (self.source_offset == own["offset"])
        indices = numpy.flatnonzero(mask)
        if len(indices) == 0:
            return indices, -math.inf
        times = self.time[indices]
        newest = numpy.maximum.accumulate(times)
        before = numpy.concatenate(([-(2**62)], newest[:-1]))
        accepted = times >= before - self.view.lateness
        return indices[accepted | is_own[indices]], int(newest[-1])

    def evaluate(self, time, cut, own, position=None):
        """Values of all features at a time; NaN or None where missing. `position`: of events at exactly `time`, those up to here."""
        indices, newest = self.known(cut, own)
        if time < newest - self.view.lateness:
            return [None for _ in self.view.features]
        times = self.time[indices]
        own_place = None if own is None else (own["partition"], own["offset"])
        return [self._aggregate(f, indices, times, time, position, own_place) for f in self.view.features]

    def evaluate_with_all(self, time, own):
        """Values with every event that there is now, whenever it came; `own` is the own event's (partition, offset)."""
        indices = numpy.arange(len(self.time))
        position = self._position_of(own)
        return [self._aggregate(f, indices, self.time, time, position, own) for f in self.view.features]

    def held_late(self, time, cut, own):
        """Whether a window held an event that was not known, or refused as too late, when the vector was made."""
        indices, newest = self.known(cut, own)
        unknown = numpy.ones(len(self.time), dtype=bool)
        unknown[indices] = False
        if time < newest - self.view.lateness:
            return True
        # Positions of a resend aside, an event of the same time that came after the own one is no part of the window.
        within = (self.time < time) | (self.position <= self._position_of((own["partition"], own["offset"])))
        for feature in self.view.features:
            upper = time - feature.delay
            mask = unknown & (self.time > upper - feature.window) & (self.time <= upper)
            if feature.delay == 0:
                mask &= within
            if mask.any():
                return True
        return False

    def _position_of(self, own):
        found = numpy.flatnonzero((self.source_partition == own[0]) & (self.source_offset == own[1]))
        return int(self.position[found[0]])

    def _aggregate(self, feature, indices, times, time, position, own):
        upper = time - feature.delay
        mask = (times > upper - feature.window) & (times <= upper)
        if feature.delay == 0 and position is not None:
            mask &= (times < time) | (self.position[indices] <= position)
        if not feature.own_event and own is not None:
            mask &= (self.source_partition[indices] != own[0]) | (self.source_offset[indices] != own[1])
        inside = indices[mask]
        if feature.name in self.numbers:
            values = self.numbers[feature.name][inside]
            inside = inside[~numpy.isnan(values)]
            values = values[~numpy.isnan(values)]
        else:
            inside = numpy.array([i for i in inside if self.values[feature.name][i] is not None], dtype=numpy.int64)
            values = inside
        if len(inside) == 0:
            return feature.empty
        if feature.aggregation == "count":
            return float(len(inside))
        if feature.aggregation == "last":
            newest = max(inside, key=lambda i: (self.time[i], self.position[i]))
            return self.values[feature.name][newest]
        if feature.aggregation == "min":
            return float(values.min())
        if feature.aggregation == "max":
            return float(values.max())
        total = math.fsum(values)
        return total if feature.aggregation == "sum" else total / len(values)


def value_of(feature, event):
    if feature.where is not None and not feature.where(event):
        return None
    return 1.0 if feature.value is None else feature.value(event)


def entity_logs(view, places):
    """Groups the places of a view's log by entity."""
    by_entity = {}
    for place in places:
        key = view.key(place.event)
        if key is not None:
            by_entity.setdefault(str(key), []).append(place)
    return {key: EntityLog(view, of_entity) for key, of_entity in by_entity.items()}


def is_missing(value):
    return value is None or (isinstance(value, float) and math.isnan(value))


def same(a, b):
    """Equal, or within 1e-9 of the larger one; whole numbers, texts and missing values (None, NaN) exactly."""
    if is_missing(a) or is_missing(b):
        return is_missing(a) and is_missing(b)
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    a, b = float(a), float(b)
    if a == b:
        return True
    if a.is_integer() and b.is_integer():
        return False
    return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))
