"""What a calendar message changes in the object that stands in somebody's calendar: the newer version wins. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from empla.capabilities.calendar import series
from empla.capabilities.calendar.copies import (
    Gone,
    Owner,
    Version,
    copy_of,
    empty,
    gone_from,
    put_answer,
    put_gone,
    put_version,
    version_of,
)
from empla.capabilities.calendar.events import (
    MARK,
    Answer,
    add_zones,
    address_of,
    listed,
    master,
    put_times,
    text_of,
    view,
)
from empla.capabilities.calendar.itip import Refused
from empla.capabilities.calendar.occurrences import found_in
from empla.capabilities.calendar.spans import span


class Merge:
    """The object in the making: what stands there, with a message's components taken in one by one."""

    def __init__(self, calendar: Calendar | None, owner: Owner, at: datetime) -> None:
        self.calendar = calendar
        self.owner = owner
        self.at = at

    def request(self, components: Sequence[Event]) -> bool:
        """Take in an invitation or its new version; return whether anything of it is newer than what stands there."""
        changed = False
        for event in sorted(components, key=lambda e: "RECURRENCE-ID" in e):
            about = self._named(event)
            changed |= self._whole(event) if about is None else self._occurrence(event, about)
        return changed

    def _whole(self, event: Event) -> bool:
        """Take in the event itself. Occurrences that were changed stay only if they were changed later."""
        if self.calendar is None:
            self.calendar = empty()
            self.calendar.add_component(copy_of(self.owner, event, self.at, None))
            return True
        known, new = self._known(), version_of(event)
        if known is not None and new <= version_of(known):
            return False
        made = copy_of(self.owner, event, self.at, known)
        stale = [e for e in self.calendar.events if e is known or version_of(e) <= new]
        series.drop(self.calendar, stale)
        self.calendar.subcomponents.append(made)
        still_out = [gone for gone in gone_from(known) if gone.by > new]
        put_gone(made, still_out)
        for gone in still_out:
            self._take_out(self.calendar, made, gone)
        return True

    def _take_out(self, calendar: Calendar, known: Event, gone: Gone) -> None:
        """Let what was called off of a series not be in it."""
        if not gone.and_future:
            series.take_out(calendar, gone.at, self.owner.zone)
        elif gone.at > view(known, self.owner.zone).start:
            series.end_before(calendar, gone.at, self.owner.zone)

    def _occurrence(self, event: Event, about: datetime) -> bool:
        """Take in what is different about one occurrence, or about it and all that follow."""
        new = version_of(event)
        if self.calendar is None:
            self.calendar = empty()
        standing = series.changed_at(self.calendar, about, self.owner.zone)
        if standing is not None and new <= version_of(standing):
            return False
        known = self._known()
        if known is not None:
            whole = version_of(known)
            if new.stamp < whole.stamp and new.sequence <= whole.sequence:
                return False  # sent before the version of the whole series that stands here
            if any(gone.covers(about) and gone.by >= new for gone in gone_from(known)):
                return False
            self._back_in(known, about)
        if any(version_of(e) >= new for e in self._earlier(about) if series.and_future(e)):
            return False  # "this and future" of an earlier occurrence was said later
        made = copy_of(self.owner, event, self.at, standing)
        if series.and_future(event):
            made["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
            series.drop(self.calendar, [e for e in self._later(about) if version_of(e) <= new])
        if standing is not None:
            series.drop(self.calendar, [standing])
        self.calendar.add_component(made)
        return True

    def cancel(self, components: Sequence[Event]) -> bool | Refused:
        """Take in that the event, or some of it, is called off; the owner alone may be taken out of it."""
        if self.calendar is None:
            return Refused("there is no such event in the calendar")
        if all(self._leaves_others_out(e) for e in components):
            return False
        changed = False
        for event in components:
            about = self._named(event)
            first = self._begins()
            if about is None or (series.and_future(event) and first is not None and about <= first):
                changed |= self._call_off_all(event)
            else:
                changed |= self._call_off(event, about)
        return changed

    def _leaves_others_out(self, event: Event) -> bool:
        people = {address_of(a) for a in listed(event, "ATTENDEE")}
        called_off = text_of(event, "STATUS").upper() == "CANCELLED"
        return bool(people) and self.owner.address not in people and not called_off

    def _call_off_all(self, event: Event) -> bool:
        """Keep the event as one that does not take place: an older invitation that comes later then changes nothing."""
        assert self.calendar is not None
        new = version_of(event)
        changed = False
        for each in self.calendar.events:
            if new < version_of(each) or text_of(each, "STATUS").upper() == "CANCELLED":
                continue
            put_version(each, new)
            for name, text in (("STATUS", "CANCELLED"), ("TRANSP", "TRANSPARENT")):
                each.pop(name, None)
                each.add(name, text)
            changed = True
        return changed

    def _call_off(self, event: Event, about: datetime) -> bool:
        """Take one occurrence out, or it and all that follow."""
        assert self.calendar is not None
        new, known = version_of(event), self._known()
        standing = series.changed_at(self.calendar, about, self.owner.zone)
        if standing is not None and new < version_of(standing):
            return False
        if known is None:
            return standing is not None and self._call_off_all_of(standing, new)
        whole = version_of(known)
        called_off = gone_from(known)
        gone = Gone(about, new, series.and_future(event))
        if (new.stamp < whole.stamp and new.sequence <= whole.sequence) or gone in called_off:
            return False
        later = [e for e in self._later(about) if version_of(e) > new] if gone.and_future else []
        put_gone(known, [*called_off, gone])
        self._take_out(self.calendar, known, gone)
        self.calendar.subcomponents += later
        return True

    def _call_off_all_of(self, standing: Event, new: Version) -> bool:
        """Mark an occurrence as called off of which nothing but itself is known."""
        if text_of(standing, "STATUS").upper() == "CANCELLED":
            return False
        put_version(standing, new)
        for name, text in (("STATUS", "CANCELLED"), ("TRANSP", "TRANSPARENT")):
            standing.pop(name, None)
            standing.add(name, text)
        return True

    def add(self, components: Sequence[Event]) -> bool | Refused:
        """Take in further occurrences of a series that stands here (RFC 5546, 3.2.4)."""
        known = self._known()
        if self.calendar is None or known is None:
            return Refused("it adds to an event that is not in the calendar")
        if any("RRULE" in event or "RDATE" in event for event in components):
            return Refused("it adds a series of its own")
        changed = False
        for event in components:
            meeting = view(event, self.owner.zone)
            begins = meeting.start.astimezone(UTC)
            if version_of(event) < version_of(known) or series.has_occurrence(self.calendar, begins, self.owner.zone):
                continue
            known.add("RDATE", series.as_begun(known, begins, self.owner.zone))
            made = series.occurrence_at(self.calendar, begins, self.owner.zone)
            put_times(made, meeting.start, meeting.end, all_day=meeting.all_day)
            changed = True
        return changed

    def answer_only(self, answer: Answer | None) -> bool:
        """Note what the owner answers, where the message itself brings nothing new; return whether that is new."""
        if answer is None or self.calendar is None:
            return False
        changed = False
        for event in self.calendar.events:
            own = [a for a in listed(event, "ATTENDEE") if address_of(a) == self.owner.address]
            for value in own:
                changed |= str(value.params.get("PARTSTAT", "")).upper() != answer.value
                put_answer(value, answer)
        return changed

    def rendered(self, mark: str) -> bytes:
        """Return the object; ValidationError if nobody could work with it."""
        assert self.calendar is not None
        whole = master(self.calendar)
        whole.pop(MARK, None)
        if mark:
            whole.add(MARK, mark)
        for event in self.calendar.events:
            view(event, self.owner.zone)
        found_in(self.calendar, span(self.at, self.at + timedelta(days=1)), self.owner.zone)
        add_zones(self.calendar)
        result: bytes = self.calendar.to_ical(sorted=False)
        return result

    # its parts -----------------------------------------------------------------------------------------------

    def _named(self, event: Event) -> datetime | None:
        return series.named_by(event, self.owner.zone)

    def _known(self) -> Event | None:
        """Return the event itself as it stands here, None if only occurrences of it do."""
        events = self.calendar.events if self.calendar is not None else []
        return next((e for e in events if "RECURRENCE-ID" not in e), None)

    def _begins(self) -> datetime | None:
        known = self._known()
        return view(known, self.owner.zone).start if known is not None else None

    def _later(self, about: datetime) -> list[Event]:
        assert self.calendar is not None
        return [e for e in self.calendar.events if (n := self._named(e)) is not None and n > about]

    def _earlier(self, about: datetime) -> list[Event]:
        assert self.calendar is not None
        return [e for e in self.calendar.events if (n := self._named(e)) is not None and n < about]

    def _back_in(self, known: Event, about: datetime) -> None:
        """Let an occurrence that was called off take place again."""
        called_off = gone_from(known)
        others = [gone for gone in called_off if gone.and_future or gone.at != about]
        if len(others) < len(called_off):
            put_gone(known, others)
            series.put_in(known, about, self.owner.zone)
