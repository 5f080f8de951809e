using Quartz;
using Quartz.Impl;

namespace MassTransit;

/// <summary>A name of Quartz 3 that MassTransit's documentation and samples configure the scheduler with.</summary>
public static class QuartzBuilderExtensions
{
    /// <summary>Has the container make the jobs, which is what Quartz 4 does anyway.</summary>
    public static IQuartzBuilder UseMicrosoftDependencyInjectionJobFactory(this IQuartzBuilder quartz) =>
        quartz.UseJobFactory<MicrosoftDependencyInjectionJobFactory>();
}
