using System.Diagnostics;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Visibility;

public sealed partial class EventVisibility
{
    /// <summary>The events that one request waits for. Everything except its start and end happens under the lock.</summary>
    internal sealed class Wait(EventVisibility visibility, IReadOnlyCollection<Type> events, long arrived) : IDisposable
    {
        readonly Dictionary<string, Type> _types = events.ToDictionary(type =>
            EventCatalogue.Published.Find(type)?.Name ?? type.Name
        );
        readonly Dictionary<Guid, List<InboxConsumer>> _pending = [];
        readonly HashSet<object> _keys = [];
        readonly HashSet<Guid> _known = [];
        readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Set as soon as only stuck consumers are left: a command does not wait for those, but a later request may.
        readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // A poll may still find something for a wait that has ended in the meantime.
        bool _hasEnded;

        public bool IsWaiting { get; private set; }

        public long Begun { get; } = Stopwatch.GetTimestamp();

        public Task Done => _done.Task;

        /// <summary>Whether any consumer that it waits for is stuck, that is, handles nothing at all.</summary>
        public bool IsStuck => _pending.Values.Any(consumers => consumers.Exists(visibility._stuck.Contains));

        /// <summary>Whether it waits only for stuck consumers.</summary>
        public bool IsOnlyStuck => _pending.Values.All(consumers => consumers.TrueForAll(visibility._stuck.Contains));

        public bool IsOld => Stopwatch.GetElapsedTime(Begun) > visibility._options.KeptFor;

        public IEnumerable<Guid> Pending => _pending.Keys;

        public IEnumerable<Guid> Known => _known;

        public IEnumerable<string> EventTypes => _types.Keys;

        public IEnumerable<string> Streams => _keys.OfType<string>();

        /// <summary>Whether further events may follow from the known ones.</summary>
        public bool MayHaveMoreEvents => _types.Count > 1 || _known.Count == 0;

        public bool Follows(string streamId) => _keys.Contains(streamId);

        public void Follow(string streamId) => ListenTo(streamId);

        public void ListenTo(object key)
        {
            if (_hasEnded || !_keys.Add(key))
                return;
            if (visibility._waits.TryGetValue(key, out var others))
                others.Add(this);
            else
                visibility._waits.Add(key, [this]);
        }

        /// <summary>Adds a committed event, if its type counts.</summary>
        /// <returns>Whether the event was new.</returns>
        public bool Add(Guid eventId, string eventType)
        {
            if (_hasEnded || !_types.TryGetValue(eventType, out var type) || !_known.Add(eventId))
                return false;
            var consumers = visibility._consumers.Of(type).ToList();
            if (consumers.Count > 0)
            {
                _pending.Add(eventId, consumers);
                ListenTo(eventId);
            }
            return true;
        }

        /// <summary>Records that consumers have finished with the event.</summary>
        /// <returns>Whether it was waiting for them.</returns>
        public bool Remove(Guid eventId, Func<InboxConsumer, bool> haveFinished)
        {
            if (!_pending.TryGetValue(eventId, out var pending))
                return false;
            var finished = pending.Where(haveFinished).ToList();
            foreach (var consumer in finished)
            {
                visibility.MarkWorking(consumer.Id);
                pending.Remove(consumer);
            }
            if (pending.Count == 0)
                _pending.Remove(eventId);
            return finished.Count > 0;
        }

        /// <summary>Continues the wait after the request, if anything is pending.</summary>
        public bool Keep() => IsWaiting = _pending.Count > 0;

        public void GiveUp()
        {
            _pending.Clear();
            EndIfDone();
        }

        public void EndIfDone()
        {
            if (!IsWaiting)
                return;
            if (_pending.Count == 0)
                _done.TrySetResult();
            if (IsOnlyStuck)
                _enough.TrySetResult();
        }

        /// <summary>
        /// Returns when all events known by now, and those that follow from them, are handled, or the time is up.
        /// </summary>
        public async Task Finish(CancellationToken cancellationToken)
        {
            lock (visibility._lock)
            {
                if (_pending.Count == 0)
                    return;
                IsWaiting = true;
                EndIfDone();
            }
            visibility.StartPolling();
            var (limit, left) = (visibility._options.Timeout, Left(visibility._options.Budget, arrived));
            if (left < limit)
                limit = left;
            try
            {
                // Real time, because messages travel in real time: a test that moves its clock does not move them.
                await _enough.Task.WaitAsync(limit, cancellationToken);
            }
            catch (TimeoutException)
            {
                visibility.LogTimeout(limit, MarkStuckConsumers());
            }
        }

        string MarkStuckConsumers()
        {
            lock (visibility._lock)
            {
                // A consumer that has handled other events in the meantime is only busy, and will handle these as well.
                foreach (var consumer in _pending.Values.SelectMany(consumers => consumers))
                    if (visibility._handled.GetValueOrDefault(consumer.Id) < Begun)
                        visibility._stuck.Add(consumer);
                return string.Join(
                    "; ",
                    _pending.Select(entry =>
                        $"{entry.Key} by {string.Join(", ", entry.Value.Select(it => it.Endpoint))}"
                    )
                );
            }
        }

        public void Dispose()
        {
            lock (visibility._lock)
            {
                (IsWaiting, _hasEnded) = (false, true);
                foreach (var key in _keys)
                    if (visibility._waits.TryGetValue(key, out var waits) && waits.Remove(this) && waits.Count == 0)
                        visibility._waits.Remove(key);
            }
            Interlocked.Decrement(ref visibility._count);
        }
    }
}
