using Quartz;
using Quartz.Impl;

namespace MassTransit;

/// <summary>Keeps a method of Quartz 3 that MassTransit's documentation and samples use to configure the scheduler.</summary>
public static class QuartzBuilderExtensions
{
    /// <summary>Creates jobs from the container, which Quartz 4 does anyway.</summary>
    public static IQuartzBuilder UseMicrosoftDependencyInjectionJobFactory(this IQuartzBuilder quartz) =>
        quartz.UseJobFactory<MicrosoftDependencyInjectionJobFactory>();
}
