namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>A fault that strikes while rides are in progress. Each has its own class and file.</summary>
/// <typeparam name="TScene">The scene in which it can strike.</typeparam>
abstract class Fault<TScene> : IFault
    where TScene : Scene
{
    /// <summary>The name in the table of results.</summary>
    public abstract string Name { get; }

    /// <summary>The number of messages that it rightly leaves in error queues.</summary>
    public virtual int LeavesFailed => 0;

    /// <summary>
    /// True for a fault that takes minutes or is a milder form of another. It strikes only if several runs, or the fault
    /// itself, are requested.
    /// </summary>
    public virtual bool OnLongRuns => false;

    /// <summary>Prepares the scene before the first ride is requested.</summary>
    protected virtual Task Prepare(TScene scene, Random random) => Task.CompletedTask;

    /// <summary>Strikes during the rides, at instants that the seed chooses, and repairs the damage.</summary>
    protected abstract Task Strike(TScene scene, Rush rush, Random random);

    /// <summary>Runs when every ride has ended, before the invariants are checked.</summary>
    protected virtual Task After(TScene scene, Rush rush, Random random) => Task.CompletedTask;

    /// <summary>Waits for a random time up to the given number of milliseconds.</summary>
    protected static Task SomeTime(Random random, int milliseconds) => Task.Delay(random.Next(milliseconds));

    /// <summary>Chooses the number of strikes in a run: one, or up to <paramref name="max"/> if several runs are requested.</summary>
    protected static int Times(Random random, int max) => FaultStage.Runs == 1 ? 1 : random.Next(1, max + 1);

    bool IFault.IsEmbedded => typeof(TScene) == typeof(EmbeddedScene);

    Task IFault.Prepare(Scene scene, Random random) => Prepare((TScene)scene, random);

    Task IFault.Strike(Scene scene, Rush rush, Random random) => Strike((TScene)scene, rush, random);

    Task IFault.After(Scene scene, Rush rush, Random random) => After((TScene)scene, rush, random);
}

/// <summary>A fault in any scene.</summary>
interface IFault
{
    string Name { get; }

    int LeavesFailed { get; }

    bool OnLongRuns { get; }

    bool IsEmbedded { get; }

    Task Prepare(Scene scene, Random random);

    Task Strike(Scene scene, Rush rush, Random random);

    Task After(Scene scene, Rush rush, Random random);
}
