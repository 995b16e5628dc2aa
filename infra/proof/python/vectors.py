"""Compares vectors as they were served with what windows.py makes of the source's own log."""

from topics import first_by_event_id, ms, own_topic, read_all
from windows import Place, entity_logs, same


class Recomputation:
    """`events`: dicts of the source's columns with `partition`, `offset` and `time` (milliseconds), in log order, without repeats."""

    def __init__(self, views, events):
        self.views = views
        self.events = {(event["partition"], event["offset"]): event for event in events}
        self.logs = {}
        for view in views:
            self.logs[view.name] = entity_logs(view, self._places(view))

    def _places(self, view):
        if view.own_log:
            return [Place(event, event["partition"], event["offset"]) for event in self.events.values()]
        places = []
        for partition, position, value in first_by_event_id(read_all(own_topic(f"features.by-{view.name}"))):
            event = self.events.get((value["sourcePartition"], value["sourceOffset"]))
            if event is not None:
                places.append(Place(event, partition, position))
        return places

    def at_cuts(self, vector):
        """Feature name to value, as of a vector's own cuts."""
        values = {}
        for view, log, event, cut, own in self._views_of(vector):
            found = log.evaluate(event["time"], cut, own, own["position"])
            values.update(zip([feature.name for feature in view.features], found))
        return values

    def with_all(self, vector):
        """Feature name to value, with every event there is now, late ones too, in the order of the logs."""
        values = {}
        for view, log, event, _, own in self._views_of(vector):
            found = log.evaluate_with_all(event["time"], (own["partition"], own["offset"]))
            values.update(zip([feature.name for feature in view.features], found))
        return values

    def held_late(self, vector):
        """Whether any window of the vector held an event that came too late for it."""
        return any(log.held_late(event["time"], cut, own) for _, log, event, cut, own in self._views_of(vector))

    def _views_of(self, vector):
        event = self.events[(vector["sourcePartition"], vector["sourceOffset"])]
        for view, cut in zip(self.views, vector["cuts"]):
            own = {"partition": event["partition"], "offset": event["offset"], "position": cut["ownOffset"]}
            yield view, self.logs[view.name][str(view.key(event))], event, cut["offset"], own


def read_vectors(service):
    """Vectors of one feature service, each event id once, and how many records were repeats."""
    records = [record for record in read_all(own_topic("features.vectors")) if record[2]["featureService"] == service]
    once = first_by_event_id(records)
    return [value for _, _, value in once], len(records) - len(once)


def named(vector, names, types):
    """Feature name to value as served."""
    numbers, strings = iter(vector["numbers"]), iter(vector["strings"])
    return {name: next(strings) if type_ == "string" else next(numbers) for name, type_ in zip(names, types)}


def without_repeats(events, id_column):
    """Events of one topic in log order; of an id only the first, which a producer's repeats carry again."""
    seen = set()
    once = []
    for event in events:
        if event[id_column] not in seen:
            seen.add(event[id_column])
            once.append(event)
    return once


def differences(served, expected):
    return [
        {"feature": name, "served": served.get(name), "expected": value}
        for name, value in expected.items()
        if not same(served.get(name), value)
    ]


def event_of(partition, offset, value, time):
    return {**value, "partition": partition, "offset": offset, "time": ms(value[time])}
