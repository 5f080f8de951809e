using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Text.Json;

/// <summary>
/// Counts inside the unmodified host: the runtime loads this before Main (DOTNET_STARTUP_HOOKS), and it listens to the
/// diagnostics of EF Core and MassTransit. A client sends a byte and receives the counters so far.
/// </summary>
static class StartupHook
{
    internal const string AddressVariable = "RIDEBOOKING_BENCHMARK_COUNTS";

    /// <summary>The byte that requests a full garbage collection before the heap is measured.</summary>
    internal const byte CollectFirst = 1;

    const int MaxShapeLength = 150;

    static readonly Dictionary<string, Count> s_database = new()
    {
        ["Microsoft.EntityFrameworkCore.Database.Command.CommandExecuted"] = new("commands"),
        ["Microsoft.EntityFrameworkCore.Database.Command.CommandError"] = new("failedCommands"),
        ["Microsoft.EntityFrameworkCore.Database.Transaction.TransactionCommitted"] = new("commits"),
        ["Microsoft.EntityFrameworkCore.Database.Transaction.TransactionRolledBack"] = new("rollbacks"),
    };
    static readonly Dictionary<string, Count> s_messages = new()
    {
        ["messaging.masstransit.receive"] = new("received"),
        ["messaging.masstransit.receive.errors"] = new("failedReceives"),
        ["messaging.masstransit.send"] = new("sent"),
    };

    // The SQL statements and queues for --details: "sql SELECT …" and "queue ride".
    static readonly ConcurrentDictionary<string, Count> s_details = new();

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(AddressVariable) is not { Length: > 0 } address)
            return;
        DiagnosticListener.AllListeners.Subscribe(new EveryListener());
        var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (s_messages.TryGetValue(instrument.Name, out var count))
                    listener.EnableMeasurementEvents(instrument, count);
            },
        };
        meters.SetMeasurementEventCallback<long>(
            (instrument, value, tags, count) =>
            {
                ((Count)count!).Add(value);
                if (instrument.Name == "messaging.masstransit.receive")
                    foreach (var tag in tags)
                        if (tag.Key == "messaging.masstransit.destination")
                            Detail($"queue {tag.Value}").Add(value);
            }
        );
        meters.Start();
        new Thread(() => Answer(address, meters)) { IsBackground = true, Name = "benchmark counts" }.Start();
    }

    static void Answer(string address, MeterListener keepAlive)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(address));
        listener.Listen();
        while (true)
        {
            using var asking = listener.Accept();
            var wanted = new byte[1];
            asking.Receive(wanted);
            if (wanted[0] == CollectFirst)
                GC.Collect();
            var counts = s_database
                .Values.Concat(s_messages.Values)
                .ToDictionary(count => count.Name, count => count.Value);
            counts["processId"] = Environment.ProcessId;
            counts["heap"] = GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes;
            foreach (var detail in s_details.Values)
                counts[detail.Name] = detail.Value;
            try
            {
                asking.Send(JsonSerializer.SerializeToUtf8Bytes(counts));
            }
            catch (SocketException)
            {
                // The client does not wait any more. On this thread, an exception would end the host.
            }
            GC.KeepAlive(keepAlive);
        }
    }

    // Batches of the same statement differ only in their length, so the beginning of the text identifies it.
    static string Shape(string sql) => sql.Length > MaxShapeLength ? sql[..MaxShapeLength] : sql;

    static Count Detail(string name) => s_details.GetOrAdd(name, key => new Count(key));

    sealed class Count(string name)
    {
        long _value;

        public string Name => name;

        public long Value => Volatile.Read(ref _value);

        public void Add(long value) => Interlocked.Add(ref _value, value);
    }

    sealed class EveryListener : IObserver<DiagnosticListener>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.EntityFrameworkCore")
                value.Subscribe(new DatabaseEvents(), name => s_database.ContainsKey(name));
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }
    }

    sealed class DatabaseEvents : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            s_database[value.Key].Add(1);
            // A startup hook cannot use the host's packages.
            if (
                value.Value?.GetType().GetProperty("Command")?.GetValue(value.Value) is System.Data.Common.DbCommand sql
            )
                Detail($"sql {Shape(sql.CommandText)}").Add(1);
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }
    }
}
