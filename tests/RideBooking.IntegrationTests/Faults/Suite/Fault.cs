namespace RideBooking.IntegrationTests.Faults.Suite;

/// <summary>Something that goes wrong while rides are on their way. One class, one file, one fault.</summary>
/// <typeparam name="TScene">Where it can happen.</typeparam>
abstract class Fault<TScene> : IFault
    where TScene : Scene
{
    /// <summary>As the table calls it.</summary>
    public abstract string Name { get; }

    /// <summary>How many messages it leaves in error queues, for good reason.</summary>
    public virtual int LeavesFailed => 0;

    /// <summary>
    /// Whether it is left to the long run, because it takes minutes or is a milder form of another: then it strikes only where
    /// several runs are asked for, or itself.
    /// </summary>
    public virtual bool OnLongRuns => false;

    /// <summary>Before anybody asks for a ride.</summary>
    protected virtual Task Prepare(TScene scene, Random random) => Task.CompletedTask;

    /// <summary>While they ride: strikes, at instants that the seed chooses, and mends what it broke.</summary>
    protected abstract Task Strike(TScene scene, Rush rush, Random random);

    /// <summary>When every ride is over, before the invariants are checked.</summary>
    protected virtual Task After(TScene scene, Rush rush, Random random) => Task.CompletedTask;

    /// <summary>Some instant within so many milliseconds.</summary>
    protected static Task SomeTime(Random random, int milliseconds) => Task.Delay(random.Next(milliseconds));

    /// <summary>How often it strikes in a run: once, and up to so many times where several runs are asked for.</summary>
    protected static int Times(Random random, int most) => FaultStage.Runs == 1 ? 1 : random.Next(1, most + 1);

    bool IFault.IsEmbedded => typeof(TScene) == typeof(EmbeddedScene);

    Task IFault.Prepare(Scene scene, Random random) => Prepare((TScene)scene, random);

    Task IFault.Strike(Scene scene, Rush rush, Random random) => Strike((TScene)scene, rush, random);

    Task IFault.After(Scene scene, Rush rush, Random random) => After((TScene)scene, rush, random);
}

/// <summary>A fault, wherever it strikes.</summary>
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
